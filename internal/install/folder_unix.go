//go:build unix

package install

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/go-safe/go-safe/internal/fsinfo"
	"github.com/go-safe/go-safe/internal/proc"
	"github.com/go-safe/go-safe/internal/tree"
	"golang.org/x/sys/unix"
)

// exe ends the name of a program.
const exe = ""

// openFolder opens the folder. If it is to be made, so are the directories above it. What somebody else makes meanwhile
// is looked at like all that was there before.
func openFolder(path string, make bool) (f *folder, err error) {
	for range 100 { // another user could go on for ever
		f, err = tryOpen(path, make)
		if !errors.Is(err, fs.ErrExist) {
			break
		}
	}
	return f, err
}

func tryOpen(path string, make bool) (*folder, error) {
	there, rest := path, ""
	for make && !fsinfo.IsDir(there) && there != "/" {
		rest = filepath.Join(filepath.Base(there), rest)
		there = filepath.Dir(there)
	}
	f := &folder{path: path, uid: -1, gid: -1}
	if err := f.open(there); err != nil {
		return nil, err
	}
	if rest == "" {
		return f, nil
	}
	for name := range strings.SplitSeq(rest, "/") {
		if err := f.mkdir(name); err != nil {
			f.close()
			return nil, err
		}
	}
	return f, nil
}

// open opens an existing directory. For root it goes by the rule of package fsinfo, with the owner as the receiver, and
// the group if it may write there.
func (f *folder) open(dir string) error {
	if os.Geteuid() != 0 {
		root, err := os.OpenRoot(dir)
		f.root = root
		return err
	}
	d, err := fsinfo.OpenDir(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	root, err := d.Root()
	if err != nil {
		return err
	}
	uid, gid := d.Owner()
	r := fsinfo.Receiver{UIDs: []int{uid}}
	if fi, err := root.Stat("."); err == nil && fi.Mode()&0o020 != 0 {
		r.GIDs = []int{gid}
	}
	if err := d.CheckParent(r); err != nil {
		root.Close()
		return err
	}
	f.root = root
	f.others = d.CheckParent(fsinfo.Receiver{}) != nil
	if uid != 0 && !fsinfo.Unmapped(uid) {
		f.uid, f.gid = uid, gid
	}
	return nil
}

// mkdir makes a directory that all users can enter, whatever the umask is, and goes there.
func (f *folder) mkdir(name string) error {
	start := tree.Now()
	if err := f.root.Mkdir(name, 0o755); err != nil {
		return err
	}
	if !f.others {
		if err := f.root.Chmod(name, 0o755); err != nil {
			return err
		}
	}
	root, err := f.root.OpenRoot(name)
	if err != nil {
		return err
	}
	f.root.Close()
	f.root = root
	if f.others {
		return f.give(start)
	}
	return nil
}

// give gives the directory that root has just made, and gone to, to the owner of the folder. Another user may have put
// another directory in its place: so it goes by the descriptor, and gives only what is new and empty.
func (f *folder) give(start time.Time) error {
	d, err := f.root.Open(".")
	if err != nil {
		return err
	}
	defer d.Close()
	e, err := tree.Look(int(d.Fd()), "")
	if err != nil {
		return err
	}
	born := e.Born
	if born.IsZero() { // the file system does not tell
		born = e.Written
	}
	if _, err := d.Readdirnames(1); err != io.EOF || e.UID != 0 || born.Before(start) {
		return &fs.PathError{Op: "mkdir", Path: f.path, Err: fsinfo.ErrReplaced}
	}
	if err := d.Chmod(0o755); err != nil || f.uid < 0 {
		return err
	}
	return d.Chown(f.uid, f.gid)
}

// openSelf opens the program that runs. Root may run it from a directory of another user, who could have put another
// file under its name by now. On Linux the kernel leads to the file that runs.
func openSelf() (*os.File, error) {
	if runtime.GOOS == "linux" {
		if f, err := os.Open("/proc/self/exe"); err == nil {
			return f, nil
		}
	}
	exe, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return os.Open(exe)
}

// makeRunnable lets all users run the program that is open. Another file may have its name by now.
func (f *folder) makeRunnable(_ string, self *os.File) bool { return self.Chmod(0o755) == nil }

// replace gives a file its name, in one step.
func (f *folder) replace(temp, name string) error { return f.root.Rename(temp, name) }

// alias makes the second name a link to the first. Root keeps the link, because it could give it away only by its name.
// The owner of the folder can replace it.
func (f *folder) alias(*os.File) error {
	if target, err := f.root.Readlink(goName); err == nil && target == selfName {
		return nil
	}
	temp := tempName()
	err := f.root.Symlink(selfName, temp)
	if err == nil {
		err = f.replace(temp, goName)
	}
	if err != nil {
		f.root.Remove(temp)
	}
	return err
}

// remove removes a program. What runs goes on.
func (f *folder) remove(name string) error { return f.root.Remove(name) }

// tryLimit is how long the program may take for go safe version.
const tryLimit = 10 * time.Second

// tryRun finds out whether the system runs a program in this folder: it may be mounted noexec. Root only asks the
// system if another user could put another program there meanwhile.
func (f *folder) tryRun(name string) error {
	path := filepath.Join(f.path, name)
	if !fsinfo.Allowed(path, unix.X_OK) {
		return &notRunnableError{unix.EACCES}
	}
	if os.Geteuid() == 0 && fsinfo.CheckKept(f.path) != nil {
		return nil
	}
	err := proc.Run(proc.Command{
		Path: path, Args: []string{"safe", "version"}, Dir: f.path, Deadline: time.Now().Add(tryLimit),
	})
	if err != nil {
		return &notRunnableError{fsinfo.Reason(err)}
	}
	return nil
}

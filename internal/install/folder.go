package install

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"

	"github.com/go-safe/go-safe/shim"
)

// A folder is where the programs belong. It is open, so root changes what it has looked at.
type folder struct {
	path string
	root *os.Root

	// Who gets what is made in the folder, -1 for whoever makes it.
	uid, gid int

	others bool // this is root, and other users can rename in the folder
}

func (f *folder) close() { f.root.Close() }

// A kind is what a name in the folder is.
type kind int

const (
	missing kind = iota
	ours         // go-safe, or a link that was made for it
	foreign
)

// kind looks at a name. It does not run the file to find out, because anybody could have put it there. A script that
// starts go-safe is foreign.
func (f *folder) kind(name string) kind {
	fi, err := f.root.Lstat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return missing
	}
	if err == nil && fi.Mode()&fs.ModeSymlink != 0 {
		// The file that our link leads to may be lost.
		if target, err := f.root.Readlink(name); err == nil && target == selfName {
			return ours
		}
	}
	if err == nil && shim.IsGoSafe(filepath.Join(f.path, name)) {
		return ours
	}
	return foreign
}

// A notRunnableError says that the system does not run programs in the folder.
type notRunnableError struct{ err error }

func (e *notRunnableError) Error() string { return e.err.Error() }

// put puts this program into the folder under both names, each in one step.
func (f *folder) put() error {
	self, err := openSelf()
	if err != nil {
		return err
	}
	defer self.Close()
	if !f.has(selfName, self) {
		if err := f.copy(self, selfName); err != nil {
			return err
		}
	}
	return f.alias(self)
}

// has reports whether the program is in the folder already, because the user runs it from there. It makes it executable
// for all users if it is not.
func (f *folder) has(name string, self *os.File) bool {
	there, err := f.root.Lstat(name)
	if err != nil {
		return false
	}
	running, err := self.Stat()
	// In an image even a chmod that changes nothing copies the file into another layer.
	runs := there.Mode().Perm() == 0o755
	return err == nil && os.SameFile(there, running) && (runs || f.makeRunnable(name, self))
}

// copy copies the program to a name.
func (f *folder) copy(self *os.File, name string) error {
	temp := tempName()
	err := f.write(self, temp)
	if err == nil {
		err = f.tryRun(temp)
	}
	if err == nil {
		err = f.replace(temp, name)
	}
	if err != nil {
		f.root.Remove(temp)
	}
	return err
}

// write copies the program to a new file. Its mode does not depend on the umask: all who can use the folder are to run
// what is in it.
func (f *folder) write(self *os.File, name string) error {
	to, err := f.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o700)
	if err != nil {
		return err
	}
	defer to.Close()
	if _, err := self.Seek(0, io.SeekStart); err != nil {
		return err
	}
	if _, err := io.Copy(to, self); err != nil {
		return err
	}
	if err := to.Chmod(0o755); err != nil {
		return err
	}
	if f.uid >= 0 {
		if err := to.Chown(f.uid, f.gid); err != nil {
			return err
		}
	}
	// A crash of the system after the rename leaves no empty file.
	if err := to.Sync(); err != nil {
		return err
	}
	return to.Close()
}

// Names of the two programs.
const (
	selfName = "go-safe" + exe
	goName   = "go" + exe
)

// tempPrefix begins the names of files that are not in their place yet. Six digits follow, or letters: install.sh made
// folders of such names.
const tempPrefix = ".go-safe."

func tempName() string { return fmt.Sprintf("%s%06d", tempPrefix, rand.N(1_000_000)) + exe }

// sweep removes what installations left that were killed.
func (f *folder) sweep() {
	entries, _ := fs.ReadDir(f.root.FS(), ".")
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), tempPrefix) || len(strings.TrimSuffix(e.Name(), exe)) != len(tempPrefix)+6 {
			continue
		}
		if f.others { // it may have been a directory of root's before somebody renamed it
			f.root.Remove(e.Name())
			continue
		}
		// It may have a module cache in it, which has read-only directories.
		fs.WalkDir(f.root.FS(), e.Name(), func(name string, d fs.DirEntry, err error) error {
			if err == nil && d.IsDir() {
				f.root.Chmod(name, 0o700)
			}
			return nil
		})
		f.root.RemoveAll(e.Name())
	}
}

package install

import (
	"errors"
	"os"
	"path/filepath"
	"time"

	"github.com/go-safe/go-safe/internal/bindir"
	"github.com/go-safe/go-safe/internal/fsinfo"
	"github.com/go-safe/go-safe/internal/proc"
	"golang.org/x/sys/windows"
)

// exe ends the name of a program.
const exe = ".exe"

// openFolder opens the folder, and may make it. On Windows nobody else could lead an administrator elsewhere.
func openFolder(path string, make bool) (*folder, error) {
	if make {
		if err := os.MkdirAll(path, 0o777); err != nil {
			return nil, err
		}
	}
	root, err := os.OpenRoot(path)
	return &folder{path: path, root: root, uid: -1, gid: -1}, err
}

// openSelf opens the program that runs.
func openSelf() (*os.File, error) {
	exe, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return os.Open(exe)
}

// makeRunnable lets the program be replaced later: it is not read-only.
func (f *folder) makeRunnable(name string, _ *os.File) bool { return f.root.Chmod(name, 0o755) == nil }

// replace gives a file its name. A program that runs there can only be renamed.
func (f *folder) replace(temp, name string) error {
	return bindir.Replace(filepath.Join(f.path, temp), filepath.Join(f.path, name))
}

// alias copies the program once more, because few users may make links.
func (f *folder) alias(self *os.File) error {
	if f.has(goName, self) {
		return nil
	}
	return f.copy(self, goName)
}

// remove removes a program. One that runs can only be moved.
func (f *folder) remove(name string) error {
	path := filepath.Join(f.path, name)
	err := os.Remove(path)
	if errors.Is(err, windows.ERROR_ACCESS_DENIED) {
		err = os.Rename(path, filepath.Join(os.TempDir(), tempName()))
	}
	return err
}

// tryLimit is how long the program may take for go safe version. A virus scanner may look at it first.
const tryLimit = time.Minute

// tryRun finds out whether the system runs a program in this folder.
func (f *folder) tryRun(name string) error {
	err := proc.Run(proc.Command{
		Path: filepath.Join(f.path, name), Args: []string{"safe", "version"}, Dir: f.path,
		Deadline: time.Now().Add(tryLimit),
	})
	if err != nil {
		return &notRunnableError{fsinfo.Reason(err)}
	}
	return nil
}

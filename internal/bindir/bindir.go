// Package bindir lets go install replace binaries in one step. Whoever runs a binary meanwhile gets the old or the
// new one, and never "text file busy", no file, or a part of one. On Windows a program that runs can only be
// renamed, so there is a moment between two renames in which there is no file.
//
// The go command itself renames what it has built only within one mount, not into a setgid directory, and not on
// Windows. Else it removes the old binary and copies the new one to its place (Shell.moveOrCopyFile in
// cmd/go/internal/work/shell.go). For these cases go-safe gives it a Stage as GOBIN: a folder that nobody else
// uses. Then it copies what the go command has built there to a file beside the old binary, and renames that over
// it.
package bindir

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/go-safe/go-safe/internal/fsinfo"
)

// Copies reports whether a go command with this GOTMPDIR and GOCACHE would copy binaries to target. It is false if
// target is not a directory to which this process may write.
func Copies(target, tmp, cache string) bool {
	return copies(target, tmp, cache)
}

// A Stage is a folder that stands in for the target directory during one go command.
type Stage struct {
	Dir    string // for GOBIN
	Target string // where the binaries belong

	root  *os.Root               // the target directory as it was opened, whatever its path names now
	stubs map[string]fs.FileInfo // of the files that addStubs made, by name
	lock  *os.File               // says that this process uses the stage; nil if a folder cannot be locked
}

// stagePrefix begins the name of each Stage.Dir; digits follow.
const stagePrefix = "go-safe-bin-"

// New makes a stage for target in tmp, which is the GOTMPDIR of the go command. It also removes the stages that
// killed processes left there. For root it fails if anybody except root and the users of target could have led the
// way to target elsewhere, or if others than root can rename files in tmp.
func New(target, tmp string) (*Stage, error) {
	root, err := openTarget(target, tmp)
	if err != nil {
		return nil, err
	}
	removeAbandoned(tmp)
	s := &Stage{Target: target, root: root, stubs: make(map[string]fs.FileInfo)}
	if err := s.makeDir(tmp); err != nil {
		root.Close()
		return nil, err
	}
	if err := s.addStubs(); err != nil {
		s.Remove()
		return nil, err
	}
	return s, nil
}

// makeDir makes the folder and locks it. Before that, another process may take the new folder for abandoned and
// remove it: then makeDir makes another one.
func (s *Stage) makeDir(tmp string) error {
	for range 10 {
		dir, err := os.MkdirTemp(tmp, stagePrefix)
		if err != nil {
			return err
		}
		lock, err := lockDir(dir)
		if !isLocked(err) && fsinfo.Exists(dir) {
			s.Dir, s.lock = dir, lock
			return nil
		}
		lock.Close()
	}
	return fmt.Errorf("no folder can be kept in %s", tmp)
}

// removeAbandoned removes the stages whose process has ended.
func removeAbandoned(tmp string) {
	entries, err := os.ReadDir(tmp)
	if err != nil {
		return
	}
	for _, e := range entries {
		if !e.IsDir() || !strings.HasPrefix(e.Name(), stagePrefix) {
			continue
		}
		dir := filepath.Join(tmp, e.Name())
		if lock, err := lockDir(dir); err == nil {
			os.RemoveAll(dir)
			lock.Close()
		}
	}
}

// Remove removes the stage, if there is one.
func (s *Stage) Remove() {
	if s == nil {
		return
	}
	os.RemoveAll(s.Dir)
	s.lock.Close()
	s.root.Close()
}

// Built returns the names of the files that the go command has put into the stage and completed. Binaries that it
// found up to date are not among them. Of these it only sets the times, and Built does the same in the target
// directory. An error means that some files could not be looked at; it names the target directory.
func (s *Stage) Built() (built []string, err error) {
	entries, err := os.ReadDir(s.Dir)
	for _, e := range entries {
		fi, infoErr := e.Info()
		if infoErr != nil {
			err = infoErr
			continue
		}
		stub := s.stubs[e.Name()]
		switch {
		case !fi.Mode().IsRegular():
		// No binary is as small as a stub. The inode would not tell: a new file may get that of a stub that was
		// removed.
		case stub == nil, stub.Size() != fi.Size():
			if !incomplete(filepath.Join(s.Dir, e.Name())) {
				built = append(built, e.Name())
			}
		case !stub.ModTime().Equal(fi.ModTime()):
			s.touch(e.Name())
		}
	}
	if err != nil {
		err = &fs.PathError{Op: "install to", Path: s.Target, Err: fsinfo.Reason(err)}
	}
	return built, err
}

// touch gives a file in the target directory a new time. A link there may lead out of the directory. Root does not
// follow it, because another user could have made it.
func (s *Stage) touch(name string) {
	now := time.Now()
	if os.Geteuid() == 0 {
		s.root.Chtimes(name, now, now)
		return
	}
	os.Chtimes(filepath.Join(s.Target, name), now, now)
}

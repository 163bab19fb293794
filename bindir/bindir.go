// Package bindir lets go install replace binaries in one step, so that whoever runs one meanwhile gets the old or the new one,
// and never "text file busy", nothing, or a part. On Windows, which only renames what runs, there is nothing between two renames.
//
// The go command renames only within one mount, not into a setgid directory, and not on Windows; else it removes the old binary and
// copies the new one in its place (Shell.moveOrCopyFile in cmd/go/internal/work/shell.go). There it can be given a Stage as GOBIN:
// a folder that nobody else sees. What it has built is then copied beside the old binary and renamed over it.
package bindir

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Copies reports whether a go command with this GOTMPDIR and GOCACHE copies binaries to target, a directory that is there and
// can be written to.
func Copies(target, tmp, cache string) bool {
	return copies(target, tmp, cache)
}

// A Stage is a folder of one go command that stands for the target directory.
type Stage struct {
	Dir    string // to be given as GOBIN
	Target string // where the binaries belong

	root  *os.Root               // the target, whatever its path names by now
	heads map[string]fs.FileInfo // of the files that fillHeads made, by name
	mark  *os.File               // held while this process lives; nil where that cannot be
}

// stagePrefix begins the name of each Stage.Dir; digits follow.
const stagePrefix = "go-safe-bin-"

// New makes a stage for target in tmp, the GOTMPDIR of the go command, and removes those that killed processes left
// there. For root it is an error if others than root and the users of target could have redirected the way to it, or
// others than root can rename in tmp.
func New(target, tmp string) (*Stage, error) {
	root, err := openTarget(target, tmp)
	if err != nil {
		return nil, err
	}
	removeAbandoned(tmp)
	s := &Stage{Target: target, root: root, heads: make(map[string]fs.FileInfo)}
	if err := s.makeDir(tmp); err != nil {
		root.Close()
		return nil, err
	}
	if err := s.fillHeads(); err != nil {
		s.Remove()
		return nil, err
	}
	return s, nil
}

// makeDir makes the folder and marks it as used. A new one that is not marked yet may be taken for abandoned: then another one
// is made.
func (s *Stage) makeDir(tmp string) error {
	for range 10 {
		dir, err := os.MkdirTemp(tmp, stagePrefix)
		if err != nil {
			return err
		}
		mark, err := hold(dir)
		if !isHeld(err) && exists(dir) {
			s.Dir, s.mark = dir, mark
			return nil
		}
		mark.Close()
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
		if mark, err := hold(dir); err == nil {
			os.RemoveAll(dir)
			mark.Close()
		}
	}
}

// Remove removes the stage.
func (s *Stage) Remove() {
	os.RemoveAll(s.Dir)
	s.mark.Close()
	s.root.Close()
}

// Built returns the names of the files that the go command has put into the stage, whole. Binaries that it found up to date are not
// among them: it only sets their times, and Built does so in the target directory. The error names the target
// directory, where it is not known of all files whether they were built.
func (s *Stage) Built() (built []string, err error) {
	entries, err := os.ReadDir(s.Dir)
	for _, e := range entries {
		fi, infoErr := e.Info()
		if infoErr != nil {
			err = infoErr
			continue
		}
		head := s.heads[e.Name()]
		switch {
		case !fi.Mode().IsRegular():
		// No binary is as small as a head. Its inode would not tell: what was removed and made anew may have that of the old one.
		case head == nil, head.Size() != fi.Size():
			if !torn(filepath.Join(s.Dir, e.Name())) {
				built = append(built, e.Name())
			}
		case !head.ModTime().Equal(fi.ModTime()):
			s.touch(e.Name())
		}
	}
	if err != nil {
		err = &fs.PathError{Op: "install to", Path: s.Target, Err: lastError(err)}
	}
	return built, err
}

// touch gives a file in the target directory a new time. A link may lead out of that; only root does not follow it there,
// for another user could have made it.
func (s *Stage) touch(name string) {
	now := time.Now()
	if os.Geteuid() == 0 {
		s.root.Chtimes(name, now, now)
		return
	}
	os.Chtimes(filepath.Join(s.Target, name), now, now)
}

// exists reports whether something is at path.
func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

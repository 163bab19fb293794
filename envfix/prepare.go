package envfix

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/go-safe/go-safe/internal/fsinfo"
	"github.com/go-safe/go-safe/internal/shell"
)

// A FolderError says which private folder could not be made. Put that folder into Request.Failed, and Resolve
// chooses another one.
type FolderError struct {
	Dir string
	Err error
}

func (e *FolderError) Error() string { return e.Err.Error() }
func (e *FolderError) Unwrap() error { return e.Err }

// Makes reports whether Prepare makes or changes folders that the command looks at.
func (p *Plan) Makes() bool { return len(p.privateDirs)+len(p.missingDirs)+len(p.foreignCaches) > 0 }

// Prepare makes the folders that the plan needs. It returns, in words, what it changed that existed before. The
// error is a *FolderError.
func (p *Plan) Prepare() (changed []string, err error) {
	for _, dir := range p.privateDirs {
		if err := makePrivate(dir); err != nil {
			return nil, &FolderError{dir, err}
		}
	}
	for _, dir := range p.missingDirs {
		os.MkdirAll(dir, 0o700) // if that fails, the go command says so
	}
	for _, cache := range p.foreignCaches {
		switch n, owner := moveForeignAside(cache); {
		case n > 0 && runtime.GOOS == "windows":
			rid, _ := shell.RemoveTrees([]string{filepath.Join(cache, "*"+fsinfo.ForeignSuffix+"*")})
			changed = append(changed, fmt.Sprintf("%s had %s that you may not write to: "+
				"moved aside to *.foreign; to be rid of them: %s", cache, folders(n), rid))
		case n > 0 && owner == os.Geteuid():
			changed = append(changed, fmt.Sprintf("%s had %s that you may not write to: "+
				"moved aside to *.foreign; to be rid of them: chmod -R u+rwx %s/*.foreign* && rm -r %[3]s/*.foreign*",
				cache, folders(n), shell.Quote(cache)))
		case n > 0:
			changed = append(changed, fmt.Sprintf("%s had %s of uid %d (sudo go?): moved aside to *.foreign; "+
				"to be rid of them: sudo rm -r %s/*.foreign*", cache, folders(n), owner, shell.Quote(cache)))
		}
	}
	if p.sweepDir != "" && trimIsDue(p.BuildCache.Value) {
		sweep(p.sweepDir)
	}
	return changed, nil
}

func folders(n int) string {
	if n == 1 {
		return "1 folder"
	}
	return fmt.Sprintf("%d folders", n)
}

// moveForeignAside renames those folders of a build cache that we cannot write to, so that the go command makes new
// ones. It returns how many it moved and their owner: another user, if any of them belongs to one. Only the cache
// itself must be ours: a rename needs rights on the directory, not on the entry.
func moveForeignAside(cache string) (n, owner int) {
	entries, err := os.ReadDir(cache)
	if err != nil {
		return 0, 0
	}
	for _, e := range entries {
		dir := filepath.Join(cache, e.Name())
		if !e.IsDir() || !isBucket(e.Name()) {
			continue
		}
		if f := look(dir); f.err == nil && !f.writable && renameAside(dir) == nil {
			if n++; n == 1 || f.owner != os.Geteuid() {
				owner = f.owner
			}
		}
	}
	return n, owner
}

// isBucket reports whether name is the name of one of the 256 folders of a build cache.
func isBucket(name string) bool {
	return len(name) == 2 && strings.Trim(name, "0123456789abcdef") == ""
}

// renameAside renames dir to a free name beside it.
func renameAside(dir string) error {
	for i := 0; ; i++ {
		aside := dir + fsinfo.ForeignSuffix
		if i > 0 {
			aside = fmt.Sprintf("%s.%d", aside, i)
		}
		if _, err := os.Lstat(aside); err == nil {
			continue
		} else if !errors.Is(err, os.ErrNotExist) {
			return err
		}
		return os.Rename(dir, aside)
	}
}

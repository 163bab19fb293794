package envfix

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// A FolderError says which private folder could not be made; Resolve finds another one when it is told.
type FolderError struct {
	Dir string
	Err error
}

func (e *FolderError) Error() string { return e.Err.Error() }
func (e *FolderError) Unwrap() error { return e.Err }

// Prepare makes what the plan needs and returns, in words, what it changed that was there before.
// The error is a *FolderError.
func (p *Plan) Prepare() (changed []string, err error) {
	for _, dir := range p.private {
		if err := makePrivate(dir); err != nil {
			return nil, &FolderError{dir, err}
		}
	}
	for _, dir := range p.missing {
		os.MkdirAll(dir, 0o700) // where it fails, the go command says so
	}
	for _, cache := range p.strange {
		switch n, owner := moveAside(cache); {
		case n > 0 && owner == os.Geteuid():
			changed = append(changed, fmt.Sprintf("%s had %d folders that you may not write to: moved aside to *.foreign; to be rid of them: chmod -R u+rwx %s/*.foreign* && rm -r %[3]s/*.foreign*",
				cache, n, Quote(cache)))
		case n > 0:
			changed = append(changed, fmt.Sprintf("%s had %d folders of uid %d (sudo go?): moved aside to *.foreign; to be rid of them: sudo rm -r %s/*.foreign*",
				cache, n, owner, Quote(cache)))
		}
	}
	if p.sweep != "" && trims(p.Value("GOCACHE")) {
		sweep(p.sweep)
	}
	return changed, nil
}

// moveAside renames the folders of a build cache that we cannot write to, so that the go command makes new ones. It
// returns how many and whose, of another user if one has any. Only the cache must be ours for that: a rename in one folder needs no right on what
// is renamed.
func moveAside(cache string) (n, owner int) {
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

// isBucket reports whether name is that of one of the 256 folders of a build cache.
func isBucket(name string) bool {
	return len(name) == 2 && strings.Trim(name, "0123456789abcdef") == ""
}

// renameAside finds a free name for dir beside it.
func renameAside(dir string) error {
	for i := 0; ; i++ {
		aside := dir + ".foreign"
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

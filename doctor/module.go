package doctor

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/go-safe/go-safe/envfix"
	"github.com/go-safe/go-safe/modcache"
	"golang.org/x/mod/modfile"
)

const thisModule = "this module"

func moduleChecks() []Check {
	return []Check{
		{"toolchain", thisModule, "go commands end with: go.mod requires go >= …, or: toolchain not available", toolchain},
		{"module-folders", thisModule, "go build ./... ends with: pattern ./...: permission denied", unreadable},
		{"repo-owner", thisModule, "go build ends with: error obtaining VCS status: exit status 128", repoOwner},
	}
}

// errFound ends a walk.
var errFound = errors.New("found")

// unreadable looks for a folder of the module that ./... would fail in. What the go command passes over is passed over.
func unreadable(m *Machine) Finding {
	tree := modcache.FindTree(m.Dir)
	root := tree.Dir
	if root == "" {
		return ok("go.mod", "not in a module")
	}
	bad, end := "", m.budget()
	filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrPermission):
			bad = path
			return errFound
		case time.Now().After(end):
			return errFound
		case err != nil || !d.IsDir() || path == root:
			return nil
		case modcache.Skips(path), tree.Ignores(path):
			return filepath.SkipDir
		}
		return nil
	})
	if bad == "" {
		return ok(root, "")
	}
	rel, _ := filepath.Rel(root, bad)
	f := Finding{Status: Broken, Looked: bad, Found: "cannot be read"}
	if fi, err := os.Stat(bad); err == nil && envfix.Owner(fi) == os.Geteuid() {
		f.Type = "chmod u+rx " + envfix.Quote(bad)
		return f
	}
	// The go command writes the name into go.mod as it is given.
	name := modfile.AutoQuote("./" + filepath.ToSlash(rel))
	f.Type = fmt.Sprintf("%s mod edit -ignore=%s %s", m.Called, envfix.Quote(name), envfix.Quote(filepath.Join(root, "go.mod")))
	return f
}

package doctor

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/go-safe/go-safe/internal/fsinfo"
	"github.com/go-safe/go-safe/internal/gomod"
	"github.com/go-safe/go-safe/internal/shell"
	"golang.org/x/mod/modfile"
)

const thisModule = "this module"

func moduleChecks() []Check {
	return []Check{
		{
			ID: "toolchain", Group: thisModule,
			Why:     "go commands end with: go.mod requires go >= …, or: toolchain not available",
			Heading: "goroot-and-toolchains", look: toolchain,
		},
		{
			ID: "module-folders", Group: thisModule,
			Why:     "go build ./... ends with: pattern ./...: permission denied",
			Now:     "commands with ./... fail, with go-safe too",
			Heading: "pattern--open-data-permission-denied", look: moduleFolders,
		},
		{
			ID: "repo-owner", Group: thisModule,
			Why:     "go build ends with: error obtaining VCS status: exit status 128",
			Now:     "go build fails, with go-safe too",
			Heading: "error-obtaining-vcs-status-exit-status-128", look: repoOwner,
		},
	}
}

// moduleFolders looks for a folder of the module that makes ./... fail.
func moduleFolders(m *Machine) Finding {
	root, closed := closedFolderBelow(m.Dir, m.budget())
	switch {
	case root == "":
		return ok("go.mod", "not in a module")
	case closed == "":
		return ok(root, "")
	}
	f := Finding{Status: Broken, Looked: closed, Found: "cannot be read"}
	if fi, err := os.Stat(closed); err == nil && fsinfo.Owner(fi) == os.Geteuid() {
		f.Advice = shell.Allow("rx", closed)
		return f
	}
	// The go command writes the name into go.mod as it is given.
	rel, _ := filepath.Rel(root, closed)
	name := modfile.AutoQuote("./" + filepath.ToSlash(rel))
	f.Advice = fmt.Sprintf("%s mod edit -ignore=%s %s",
		m.Called, shell.Quote(name), shell.Quote(filepath.Join(root, "go.mod")))
	return f
}

// closedFolderBelow returns the root of the module around dir, and the first folder in it that cannot be read, of
// those that it sees before the end. It skips what ./... skips.
func closedFolderBelow(dir string, end time.Time) (root, closed string) {
	tree := gomod.FindTree(dir)
	if root = tree.Dir; root == "" {
		return "", ""
	}
	filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrPermission):
			closed = path
			return filepath.SkipAll
		case time.Now().After(end):
			return filepath.SkipAll
		case err != nil || !d.IsDir() || path == root:
			return nil
		case gomod.Skips(path), tree.Ignores(path):
			return filepath.SkipDir
		}
		return nil
	})
	return root, closed
}

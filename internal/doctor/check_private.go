package doctor

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/go-safe/go-safe/internal/fsinfo"
	"github.com/go-safe/go-safe/internal/job"
	"github.com/go-safe/go-safe/internal/rights"
	"github.com/go-safe/go-safe/internal/say"
	"github.com/go-safe/go-safe/internal/shell"
	"golang.org/x/mod/module"
)

// modcachePrivate looks for private modules in a module cache that every user of the machine can read: their server
// does not let everybody in. A group that shares the cache was chosen by somebody, and only a detail names it.
func modcachePrivate(m *Machine) Finding {
	_, cache := m.directory("GOMODCACHE")
	patterns := job.PrivatePatterns(m.Settings.Get("GOPRIVATE").Value, m.Settings.Get("GONOPROXY").Value)
	fi, f, stop := listedRootOf(cache)
	switch {
	case patterns == "":
		return ok(cache, "GOPRIVATE and GONOPROXY name no module")
	case stop:
		return f
	}
	all := openToAll(cache)
	policy := rights.Of(cache)
	if !all && !policy.Shared() {
		return ok(cache, "")
	}
	found := privateModules(filepath.Join(cache, "cache", "download"), patterns, all, m.budget())
	switch {
	case len(found) == 0:
		return ok(cache, "")
	case !all:
		f = ok(cache, "")
		f.Details = []string{"its group can read: " + strings.Join(found, ", ")}
		return f
	}
	f = Finding{
		Status: Warning, Looked: cache, Details: found, Fix: fsinfo.Owner(fi) == os.Geteuid(), fixDir: filepath.Dir(cache),
		Found: fmt.Sprintf("has %s that all users can read: %s", say.Count(len(found), "private module"), found[0]),
		Done:  "others cannot read it any more", Advice: "chmod o-rx " + shell.Quote(cache),
	}
	if !f.Fix {
		f.Advice = sudo() + f.Advice
	}
	return f
}

// openToAll reports whether everybody can read a directory, and reach it.
func openToAll(dir string) bool {
	real, err := filepath.EvalSymlinks(dir)
	fi, statErr := os.Stat(real)
	if err != nil || statErr != nil || fi.Mode()&0o005 != 0o005 {
		return false
	}
	for real != filepath.Dir(real) {
		real = filepath.Dir(real)
		if fi, err := os.Stat(real); err != nil || fi.Mode()&0o001 == 0 {
			return false
		}
	}
	return true
}

// privateModules returns the modules below cache/download that a pattern names; with all only those whose folder
// everybody can read.
func privateModules(download, patterns string, all bool, until time.Time) (found []string) {
	filepath.WalkDir(download, func(path string, d fs.DirEntry, err error) error {
		switch {
		case time.Now().After(until):
			return fs.SkipAll
		case err != nil || !d.IsDir():
			return nil
		case d.Name() != "@v":
			return nil
		}
		escaped, _ := filepath.Rel(download, filepath.Dir(path))
		name, err := module.UnescapePath(filepath.ToSlash(escaped))
		if err != nil || !module.MatchPrefixPatterns(patterns, name) {
			return fs.SkipDir
		}
		if fi, err := d.Info(); err == nil && (!all || fi.Mode()&0o005 == 0o005) {
			found = append(found, name)
		}
		return fs.SkipDir
	})
	return found
}

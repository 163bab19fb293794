package doctor

import (
	"errors"
	"fmt"
	"go/version"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
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

// switches reports whether commands here run a toolchain from the module cache.
func (m *Machine) switches() bool {
	return m.Project().Toolchain(envfix.Version(m.Real.GOROOT), m.Settings.Get("GOTOOLCHAIN").Value) != ""
}

// toolchain compares GOTOOLCHAIN and the module's go line with the real go.
func toolchain(m *Machine) Finding {
	have, setting, shown := envfix.Version(m.Real.GOROOT), m.Settings.Get("GOTOOLCHAIN").Value, m.shown("GOTOOLCHAIN")
	name, mode, _ := strings.Cut(setting, "+")
	if setting != "" && name != "local" && name != "auto" && name != "path" && !version.IsValid(name) || mode != "" && mode != "auto" && mode != "path" {
		return Finding{Status: Broken, Looked: shown, Found: "is no toolchain", Type: m.undo("GOTOOLCHAIN")}
	}
	want := m.wants(have)
	if have == "" || want == "" {
		return ok(shown, "")
	}
	f := Finding{Status: Broken, Looked: shown, Found: "the module asks for " + want + ", and the go command is " + have, Type: m.set("GOTOOLCHAIN", "auto")}
	switch {
	case !m.switches():
		return f
	case m.Settings.Get("GOPROXY").Value == "off" && !m.holdsToolchain(want):
		f.Found += "; it is not in the module cache, and GOPROXY=off forbids to fetch it"
		f.Type = m.undo("GOPROXY")
		return f
	}
	return ok(shown, "the module asks for "+want+", which the go command fetches")
}

// wants is the newest version that the module asks for beyond have, "" where have will do.
func (m *Machine) wants(have string) string {
	want := ""
	for _, v := range m.Project().Wants() {
		if version.Compare(v, have) > 0 && version.Compare(v, want) > 0 {
			want = v
		}
	}
	return want
}

// holdsToolchain reports whether the module cache has the toolchain.
func (m *Machine) holdsToolchain(name string) bool {
	found, _ := filepath.Glob(filepath.Join(m.Plan().Value("GOMODCACHE"), "golang.org", "toolchain@*-"+name+"*"))
	return len(found) > 0
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
		switch name := filepath.Base(path); {
		case errors.Is(err, fs.ErrPermission):
			bad = path
			return errFound
		case time.Now().After(end):
			return errFound
		case err != nil || !d.IsDir() || path == root:
			return nil
		case strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") || name == "testdata" || name == "vendor" || exists(filepath.Join(path, "go.mod")):
			return filepath.SkipDir
		case tree.Ignores(path):
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

package doctor

import (
	"errors"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"

	"github.com/go-safe/go-safe/envfix"
	"github.com/go-safe/go-safe/internal/fsinfo"
	"github.com/go-safe/go-safe/internal/shell"
)

// shimFolder returns a folder in which go-safe is called go, and the line that first makes it so; "" if there is
// none.
func (m *Machine) shimFolder() (dir, makes string) {
	for _, g := range m.Search.All() {
		if g.Self && m.runnable(g.Path) {
			return filepath.Dir(g.Path), ""
		}
	}
	if m.Exe == "" || runtime.GOOS == "windows" { // there are no links for all; go safe install copies
		return "", ""
	}
	dir = filepath.Dir(m.Exe)
	switch as := filepath.Join(dir, "go"); {
	case m.temporary():
	case fsinfo.SameFile(as, m.Exe):
		return dir, ""
	case !fsinfo.Exists(as) && envfix.Inspect("", dir).Access == "":
		return dir, "ln -s " + shell.Quote(filepath.Base(m.Exe)) + " " + shell.Quote(as)
	}
	return m.shimInHome()
}

// shimInHome is shimFolder for ~/.local/bin.
func (m *Machine) shimInHome() (dir, makes string) {
	home := m.Settings.Getenv("HOME")
	dir = filepath.Join(home, ".local", "bin")
	as := filepath.Join(dir, "go")
	taken := fsinfo.Exists(as) && !fsinfo.SameFile(as, m.Exe)
	switch {
	case !filepath.IsAbs(home) || taken || envfix.Inspect("", dir).Access != "":
		return "", ""
	case fsinfo.Exists(as):
		return dir, ""
	}
	places := "ln -s "
	if m.temporary() {
		places = "install -m 755 "
	}
	mkdir := ""
	if !fsinfo.Exists(dir) {
		mkdir = shell.MakeDir(dir)
	}
	return dir, join(mkdir, places+shell.Quote(m.Exe)+" "+shell.Quote(as))
}

// runnable reports whether the system can run a go-safe, which may be built for another machine. Root does not try
// one that another user could have put there.
func (m *Machine) runnable(path string) bool {
	if fsinfo.SameFile(path, m.Exe) {
		return true
	}
	if untrusted(path) != nil {
		return false
	}
	_, err := m.ask("/", nil, path, "safe", "version")
	return !errors.Is(err, syscall.ENOEXEC)
}

// temporary reports whether go run made this program: the go command will remove it from the build cache or from the
// work folder.
func (m *Machine) temporary() bool {
	_, cache := m.directory("GOCACHE")
	in := filepath.Dir(m.Exe) + "/"
	return strings.HasPrefix(in, filepath.Clean(cache)+"/") || strings.Contains(in, "/go-build")
}

// prependPath puts a folder first on PATH. An empty entry would be the working directory, so on an empty PATH the
// folder stands alone.
func (m *Machine) prependPath(dir string) string {
	if m.Search.Path == "" {
		return "export PATH=" + shell.Quote(dir) + `"${PATH:+:$PATH}"`
	}
	return shell.PathFirst(dir)
}

// appendPath puts a folder last on PATH.
func (m *Machine) appendPath(dir string) string {
	if m.Search.Path == "" {
		return `export PATH="${PATH:+$PATH:}"` + shell.Quote(dir)
	}
	return shell.PathLast(dir)
}

// chooseDownloadedGo uses a go where programs that download Go put it.
func (m *Machine) chooseDownloadedGo() string {
	home := m.Settings.Getenv("HOME")
	cache := m.Settings.Directory("GOMODCACHE").Value
	for _, pattern := range []string{
		filepath.Join(home, "sdk", "go*", "bin", "go"),
		filepath.Join(home, "go", "bin", "go"),
		filepath.Join(cache, "golang.org", "toolchain@*", "bin", "go"),
	} {
		if !filepath.IsAbs(pattern) {
			continue
		}
		paths, _ := filepath.Glob(pattern)
		for i := len(paths) - 1; i >= 0; i-- {
			if _, why := m.Search.Check(paths[i]); why == "" {
				return export("GOSAFE_GO", paths[i])
			}
		}
	}
	return ""
}

// chooseNextGo uses the next go on PATH instead of the real one.
func (m *Machine) chooseNextGo() string {
	for _, g := range m.Search.All() {
		if !g.Self && g.GOROOT != "" && g.GOROOT != m.Real.GOROOT {
			return export("GOSAFE_GO", g.Path)
		}
	}
	return ""
}

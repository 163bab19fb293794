package doctor

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/go-safe/go-safe/envfix"
	"github.com/go-safe/go-safe/internal/fsinfo"
	"github.com/go-safe/go-safe/internal/shell"
	"github.com/go-safe/go-safe/internal/user"
)

// changeHome sets HOME to a directory that works: the home in the passwd entry, else a new folder; "" if there is no
// place for one.
func (m *Machine) changeHome() string {
	dir := m.Settings.Getenv("HOME")
	if _, set := envfix.LookupEnv(m.Environ, "HOME"); !set {
		dir = ""
	}
	if own, _ := user.Lookup(os.Geteuid()); own.Home != "" && own.Home != dir {
		if p := envfix.Inspect("HOME", own.Home); p.Exists && p.Access == "" {
			return export("HOME", own.Home)
		}
	}
	for _, name := range []string{envfix.TempName, "GOTMPDIR"} {
		tmp := m.Settings.Directory(name).Value
		if p := envfix.Inspect(name, tmp); !filepath.IsAbs(tmp) || !p.Exists || p.Access+p.Room != "" {
			continue
		}
		template := ""
		if name == "GOTMPDIR" { // mktemp does not know this variable
			template = " " + shell.Quote(filepath.Join(tmp, "home.XXXXXX"))
		}
		// If mktemp fails, HOME stays as it is.
		return `home="$(mktemp -d` + template + `)" && export HOME="$home"`
	}
	return ""
}

// fromRoot replaces a finding if directories of root in this user's home are in the way of path, as sudo go leaves
// them: the advice names all of them, so that one line is enough. sudo serves nobody without a passwd entry.
func (m *Machine) fromRoot(f Finding, path string) Finding {
	name := user.Name(os.Geteuid())
	if m.onPath("sudo") == "" || strings.HasPrefix(name, "uid ") {
		return f
	}
	dirs := m.rootsInHome()
	inTheWay := func(dir string) bool { return path == dir || strings.HasPrefix(path, dir+"/") }
	if !slices.ContainsFunc(dirs, inTheWay) {
		return f
	}
	f.Looked, f.Found = strings.Join(dirs, ", "), "belongs to root (sudo go?)"
	if len(dirs) > 1 {
		f.Found = "belong to root (sudo go?)"
	}
	f.Why = "go commands have no cache, forget their modules, or cannot do go env -w"
	f.Advice, f.Fix = "sudo chown -R "+shell.Quote(name)+": "+m.shortPaths(dirs), false
	f.Details = append(f.Details, "the same does: sudo "+m.sudoSelf()+" safe fix")
	f.cause = f.Advice
	return f
}

// rootsInHome returns the directories below this user's home that belong to root and block what go commands have
// there: on each way from the home the first one. It follows no link.
func (m *Machine) rootsInHome() []string {
	home := m.Settings.Getenv("HOME")
	fi, err := os.Lstat(home)
	if err != nil || os.Geteuid() <= 0 || !fi.IsDir() || fsinfo.Owner(fi) != os.Geteuid() || !filepath.IsAbs(home) {
		return nil
	}
	_, cache := m.directory("GOCACHE")
	_, path := m.directory("GOPATH")
	_, modules := m.directory("GOMODCACHE")
	var dirs []string
	for _, dir := range []string{
		cache, filepath.Dir(m.Settings.EnvFile), m.Settings.ConfigDir(), path, modules,
		filepath.Join(path, "pkg", "sumdb"),
	} {
		if dir := uselessOfRoot(home, dir); dir != "" && !slices.Contains(dirs, dir) {
			dirs = append(dirs, dir)
		}
	}
	return dirs
}

// uselessOfRoot returns the first directory on the way from a home down to dir that belongs to root and is of no use
// to us, "" if there is none.
func uselessOfRoot(home, dir string) string {
	roots := fsinfo.OfRoot(home, dir)
	if i := slices.IndexFunc(roots, func(dir string) bool { return envfix.Inspect("", dir).Access != "" }); i >= 0 {
		return roots[i]
	}
	return ""
}

// shortPaths returns paths below the home as words for a shell, with ~ where the shell expands it to the same home.
func (m *Machine) shortPaths(dirs []string) string {
	home := m.Settings.Getenv("HOME")
	var words []string
	for _, dir := range dirs {
		word := shell.Quote(dir)
		below := strings.TrimPrefix(dir, filepath.Clean(home)+"/")
		if shell.Quote(below) == below {
			word = "~/" + below
		}
		words = append(words, word)
	}
	return strings.Join(words, " ")
}

package doctor

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/go-safe/go-safe/envfix"
)

// judge says what to do about a directory: what the plan puts in its place makes a warning of it.
func (m *Machine) judge(name, variable string, p envfix.Place, wrong string) Finding {
	if m.onlyRead(name, p) {
		return ok(p.Path, wrong+", and GOPROXY=off lets nothing be added")
	}
	f := Finding{Status: Broken, Looked: p.Path, Found: wrong, Details: facts(m, variable, p)}
	v := m.variable(name)
	if v.Changed() {
		f.Status, f.Found = Warning, wrong+"; go-safe "+uses(name, p)+" "+v.Value
	}
	switch cure := access(p); {
	case wrong == unmade:
		f.Type, f.Fix, f.in = "mkdir -p -m 700 "+envfix.Quote(p.Path), true, filepath.Dir(p.Path)
		if variable == name && !v.Changed() {
			f.Status, f.Found = Warning, wrong+"; go-safe does"
		}
	case cure != "":
		f.Type, f.Fix, f.in = cure, true, filepath.Dir(p.Deepest)
	case v.Changed():
		f.Type = m.replace(name, variable, v)
		f.Details = append(f.Details, m.giveAll(name, p)...)
	default:
		f.Type = m.undo(variable)
	}
	return m.fromRoot(f, inside(name, p).Deepest)
}

// uses says how what go-safe has chosen stands for a directory. A module cache is used in place as long as nothing is to be added.
func uses(name string, p envfix.Place) string {
	if (name == "GOMODCACHE" || name == "GOPATH") && p.Access+p.Room != "" {
		return "adds modules to"
	}
	return "uses"
}

// onlyRead reports whether a directory of modules can be read and nothing would be added to it: the go command refuses what is missing.
// A toolchain in it may have to be run all the same, and one of our own is better opened.
func (m *Machine) onlyRead(name string, p envfix.Place) bool {
	if name != "GOPATH" && name != "GOMODCACHE" || p.NoExec && m.switches() || access(inside(name, p)) != "" {
		return false
	}
	if m.Settings.Get("GOPRIVATE").Value+m.Settings.Get("GONOPROXY").Value != "" {
		return false
	}
	list := m.proxies()
	_, err := os.ReadDir(p.Path)
	return err == nil && len(list) > 0 && list[0].entry == "off"
}

// replace is what to type so that plain go does without the directory as well: give the choice up, or choose what go-safe
// has chosen.
func (m *Machine) replace(name, variable string, v envfix.Var) string {
	chosen := variable
	if name == "GOMODCACHE" && m.Settings.Directory(name).Origin == envfix.FromDefault {
		chosen = "GOPATH" // which it is below
	}
	if undo := m.undo(chosen); undo != "" && variable == name && m.works(chosen) {
		return undo
	}
	switch name {
	case "GOTMPDIR":
		return m.otherTemp(v)
	case "GOCACHE":
		return join(private(filepath.Dir(v.Value)), m.set(name, v.Value))
	}
	return m.ownModules(name, v)
}

// works reports whether the directory that a variable names by default works.
func (m *Machine) works(name string) bool {
	environ := envfix.Setenv(m.Environ, name, "")
	if m.Settings.Get(name).Origin == envfix.FromEnvFile {
		environ = envfix.Setenv(environ, "GOENV", "off")
	}
	s := envfix.ReadSettings(environ, m.Real.GOROOT)
	dir := s.Directory(name).Value
	if name == "GOTMPDIR" && dir == "" {
		name, dir = "WORK", s.Directory("TMPDIR").Value
	}
	p := envfix.LookAt(name, envfix.First(dir))
	return filepath.IsAbs(p.Path) && p.Access+p.Room == "" && (!p.NoExec || name == "GOPATH" || name == "GOMODCACHE")
}

// otherTemp is what to type so that $WORK is elsewhere, in a folder that the go command does not make; and where the temp folder is of no use
// to the linker and the C compiler either, that these are elsewhere too.
func (m *Machine) otherTemp(work envfix.Var) string {
	makes := join("mkdir -p -m 700 "+envfix.Quote(work.Value), m.set("GOTMPDIR", work.Value))
	if !m.variable("TMPDIR").Changed() {
		return makes
	}
	if p := envfix.LookAt("WORK", "/tmp"); p.Exists && p.Access+p.Room == "" && !p.NoExec && m.undo("TMPDIR") != "" {
		return m.undo("TMPDIR")
	}
	return join(makes, "export TMPDIR="+envfix.Quote(work.Value))
}

// linkTemp is the finding where $WORK has its own folder and the temp folder is of no use to the linker: a run says so each time.
func (m *Machine) linkTemp(why func(envfix.Place) string) (f Finding, bad bool) {
	v := m.variable("TMPDIR")
	p := envfix.LookAt("TMPDIR", m.Settings.Directory("TMPDIR").Value)
	if variable, _ := m.folder("GOTMPDIR"); variable != "GOTMPDIR" || !v.Changed() || why(p) == "" {
		return Finding{}, false
	}
	f = Finding{Status: Warning, Looked: "TMPDIR=" + p.Path, Found: why(p) + "; go-safe uses " + v.Value, Type: m.undo("TMPDIR")}
	f.Why = "the linker and the C compiler know no GOTMPDIR"
	if f.Type == "" {
		f.Type = "export TMPDIR=" + envfix.Quote(v.Value)
	}
	return f, true
}

// giveAll says what root types where a directory of modules in our home belongs to another user: then no other is needed.
func (m *Machine) giveAll(name string, p envfix.Place) []string {
	home, _ := m.Settings.Getenv("HOME")
	fi, err := os.Stat(home)
	mine := filepath.IsAbs(home) && err == nil && envfix.Owner(fi) == os.Geteuid()
	if name != "GOPATH" && name != "GOMODCACHE" || !mine || p.Access == "" || !p.Exists || p.Owner == os.Geteuid() || !strings.HasPrefix(p.Path, home+"/") {
		return nil
	}
	return []string{fmt.Sprintf("root can give it back: chown -hR %d:%d %s", os.Geteuid(), os.Getegid(), envfix.Quote(p.Path))}
}

// private is what to type before plain go makes something in a private folder, which it would leave open to others.
func private(base string) string {
	if exists(base) {
		return ""
	}
	return "mkdir -p -m 700 " + envfix.Quote(base)
}

// ownModules is what to type so that plain go has its modules in a folder of this user's, with all that it leaves behind: where
// nothing can be fetched there is no more. A twin is not named: go-safe seeds it from the very cache that plain go is to leave.
func (m *Machine) ownModules(name string, v envfix.Var) string {
	path, cache := m.variable("GOPATH"), m.Settings.Directory("GOMODCACHE")
	if name == "GOMODCACHE" && path.Changed() && cache.Origin == envfix.FromDefault {
		name, v = path.Name, path // one line cures both
	}
	base, mod := filepath.Dir(v.Value), v.Value
	switch {
	case name == "GOPATH":
		own := envfix.First(v.Value)
		base, mod = filepath.Dir(own), filepath.Join(own, "pkg", "mod")
	case m.Plan().Twin != nil:
		v.Value = filepath.Join(base, "gopath", "pkg", "mod")
		mod = v.Value
	default: // gopath/pkg/mod already
		base = filepath.Join(mod, "..", "..", "..")
	}
	commands := []string{private(base)}
	full := envfix.LookAt("GOMODCACHE", cache.Value).Room != "" // another disk may not take it all
	kept := name == "GOPATH" && cache.Origin != envfix.FromDefault
	if _, err := os.ReadDir(filepath.Join(cache.Value, "cache", "download")); err == nil && !full && !kept && !exists(mod) {
		part := mod + ".part" // so that half a copy is not taken for a whole one
		if exists(part) {
			part = free(part)
		}
		part = envfix.Quote(part)
		commands = append(commands, "mkdir -p "+envfix.Quote(filepath.Dir(mod)), "cp -RH "+envfix.Quote(cache.Value)+" "+part, "mv "+part+" "+envfix.Quote(mod))
	}
	return join(append(commands, m.set(name, v.Value))...)
}

// access is what to type where only the mode of a directory of ours is in the way: its own, or that of one above it, which keeps it from
// being looked at.
func access(p envfix.Place) string {
	if p.Access == "" {
		return ""
	}
	for dir := p.Deepest; ; dir = filepath.Dir(dir) {
		fi, err := os.Stat(dir)
		if errors.Is(err, fs.ErrPermission) && dir != filepath.Dir(dir) {
			continue
		}
		if err != nil || !fi.IsDir() || envfix.Owner(fi) != os.Geteuid() || fi.Mode()&0o700 == 0o700 || envfix.LookAt("", dir).ReadOnly {
			return ""
		}
		return "chmod u+rwx " + envfix.Quote(dir)
	}
}

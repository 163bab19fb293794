package doctor

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/go-safe/go-safe/envfix"
	"github.com/go-safe/go-safe/internal/fsinfo"
	"github.com/go-safe/go-safe/internal/shell"
)

// chmodOwn is the advice if only the mode of a directory of this user is in the way: the mode of the directory
// itself, or of one above it.
func chmodOwn(p envfix.DirInfo) string {
	if p.Access == "" {
		return ""
	}
	for dir := p.Deepest; ; dir = filepath.Dir(dir) {
		fi, err := os.Stat(dir)
		if errors.Is(err, fs.ErrPermission) && dir != filepath.Dir(dir) {
			continue
		}
		if err != nil || !fi.IsDir() || fsinfo.Owner(fi) != os.Geteuid() || fi.Mode()&0o700 == 0o700 ||
			envfix.Inspect("", dir).ReadOnly {
			return ""
		}
		return shell.Allow("rwx", dir)
	}
}

// replace makes plain go do without a directory too: it gives up the choice of the directory, or it chooses what
// go-safe chose.
func (m *Machine) replace(name, variable string, v envfix.Var) string {
	chosen := variable
	if name == "GOMODCACHE" && m.Settings.Directory(name).Origin == envfix.FromDefault {
		chosen = "GOPATH" // by default the module cache is below it
	}
	if unset := m.unset(chosen); unset != "" && variable == name && m.defaultWorks(chosen) {
		return unset
	}
	switch name {
	case "GOTMPDIR":
		return m.moveTemp(v)
	case "GOCACHE":
		return join(makePrivate(filepath.Dir(v.Value)), m.set(name, v.Value))
	}
	return m.copyModules(name, v)
}

// defaultWorks reports whether the directory that a variable names by default works.
func (m *Machine) defaultWorks(name string) bool {
	environ := envfix.Setenv(m.Environ, name, "")
	if m.Settings.Get(name).Origin == envfix.FromEnvFile {
		environ = envfix.Setenv(environ, "GOENV", "off")
	}
	s := envfix.ReadSettings(environ, m.Real.GOROOT, m.Settings.Site)
	dir := s.Directory(name).Value
	if name == "GOTMPDIR" && dir == "" {
		name, dir = "WORK", s.Directory(envfix.TempName).Value
	}
	p := envfix.Inspect(name, envfix.First(dir))
	return filepath.IsAbs(p.Path) && p.Access+p.Room == "" && (!p.NoExec || name == "GOPATH" || name == "GOMODCACHE")
}

// moveTemp puts $WORK elsewhere. If TMPDIR is the cause, the line only unsets it: a line with go env -w would outlive
// the shell. The go command does not make GOTMPDIR, so the line does. If the linker and the C compiler cannot use the
// temp folder either, the line changes TMPDIR too: they ignore GOTMPDIR.
func (m *Machine) moveTemp(work envfix.Var) string {
	temps := envfix.SystemTemps("")
	p := envfix.Inspect("WORK", temps[len(temps)-1])
	usable := filepath.IsAbs(p.Path) && p.Exists && p.Access+p.Room == "" && !p.NoExec
	if usable && m.Settings.Get("GOTMPDIR").Value == "" && m.unset(envfix.TempName) != "" {
		return m.unset(envfix.TempName)
	}
	makes := join(shell.MakePrivateDir(work.Value), m.set("GOTMPDIR", work.Value))
	if !m.variable(envfix.TempName).Changed() {
		return makes
	}
	return join(makes, export(envfix.TempName, work.Value))
}

// copyModules gives plain go a module cache in a folder of this user, with the modules of the cache that it leaves:
// without a network there is no other source. It never names the private copy that go-safe makes of a read-only
// cache: go-safe fills that copy only while plain go still uses the cache.
func (m *Machine) copyModules(name string, v envfix.Var) string {
	path, cache := m.variable("GOPATH"), m.Settings.Directory("GOMODCACHE")
	if name == "GOMODCACHE" && path.Changed() && cache.Origin == envfix.FromDefault {
		name, v = path.Name, path // one line fixes both
	}
	base, mod := filepath.Dir(v.Value), v.Value
	switch {
	case name == "GOPATH":
		own := envfix.First(v.Value)
		base, mod = filepath.Dir(own), filepath.Join(own, "pkg", "mod")
	case m.Plan().PrivateCopy != nil:
		v.Value = filepath.Join(base, "gopath", "pkg", "mod")
		mod = v.Value
	default: // it is gopath/pkg/mod already
		base = filepath.Join(mod, "..", "..", "..")
	}
	commands := []string{makePrivate(base)}
	full := envfix.Inspect("GOMODCACHE", cache.Value).Room != "" // another disk may not have room for it
	stays := name == "GOPATH" && cache.Origin != envfix.FromDefault
	_, err := os.ReadDir(filepath.Join(cache.Value, "cache", "download"))
	if err == nil && !full && !stays && !fsinfo.Exists(mod) {
		commands = append(commands, copyTree(cache.Value, mod)...)
	}
	return join(append(commands, m.set(name, v.Value))...)
}

// copyTree copies a directory under another name first, so that half a copy never passes for a whole one.
func copyTree(from, to string) []string {
	part := to + ".part"
	if fsinfo.Exists(part) {
		part = unusedName(part)
	}
	return []string{
		shell.MakeDir(filepath.Dir(to)),
		shell.CopyTree(from, part),
		shell.Rename(part, to),
	}
}

// chownByRoot is the detail about a directory of modules in this user's home that another user owns: if root gives it
// back, the user needs no other one.
func (m *Machine) chownByRoot(name string, p envfix.DirInfo) []string {
	home := m.Settings.Getenv("HOME")
	fi, err := os.Stat(home)
	mine := filepath.IsAbs(home) && err == nil && fsinfo.Owner(fi) == os.Geteuid()
	if name != "GOPATH" && name != "GOMODCACHE" || !mine || !strings.HasPrefix(p.Path, home+"/") ||
		p.Access == "" || !p.Exists || p.Owner == os.Geteuid() {
		return nil
	}
	return []string{fmt.Sprintf("root can give it back: chown -hR %d:%d %s",
		os.Geteuid(), os.Getegid(), shell.Quote(p.Path))}
}

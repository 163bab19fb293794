package doctor

import (
	"path/filepath"
	"strings"

	"github.com/go-safe/go-safe/envfix"
)

// home looks at HOME as the plan leaves it.
func home(m *Machine) Finding {
	dir, set := envfix.Getenv(m.Environ, "HOME") // the settings have that of the passwd entry where there is none
	f := Finding{Status: Warning, Looked: "HOME=" + dir}
	switch p := envfix.LookAt("HOME", dir); {
	case !set || dir == "":
		f.Looked, f.Found = "HOME", "is not set"
	case !filepath.IsAbs(dir):
		f.Found = "is no absolute path"
	case dir == "/":
		f.Found = "is the root directory"
	case !p.Exists:
		f.Found = "is not there"
	case p.Access != "" && access(p) != "":
		f.Found, f.Type = p.Access, access(p)
	case p.Access != "" && m.livesIn(dir):
		return ok(dir, "is not writable; what go commands have there is looked at by itself")
	case p.Access != "":
		f.Found = p.Access
	default:
		return ok(dir, "")
	}
	if f.Type == "" {
		f.Type = m.otherHome()
	}
	return f
}

// noHome is what is wrong with a place that is missing because of HOME. One cause has one finding: that of home.
const noHome = "has no place, as long as HOME is not another one"

// homeless reports whether a path in the home is missing because of the home itself, and another home would cure that.
func (m *Machine) homeless(path string) bool {
	dir, _ := m.Settings.Getenv("HOME")
	if !filepath.IsAbs(dir) {
		return false
	}
	dir = filepath.Clean(dir)
	below := func(path string) bool {
		return path != dir && strings.HasPrefix(path, strings.TrimSuffix(dir, "/")+"/")
	}
	p := envfix.LookAt("", path)
	return below(path) && !below(p.Deepest) && p.Access != "" && home(m).Type != ""
}

// livesIn reports whether go commands have something in a home, which another one would lose: a folder, the file of go env -w, or a
// place for one.
func (m *Machine) livesIn(home string) bool {
	_, cache := m.folder("GOCACHE")
	_, path := m.folder("GOPATH")
	for _, place := range []string{cache, path, m.Settings.EnvFile, m.Settings.ConfigDir()} {
		if p := envfix.LookAt("", place); strings.HasPrefix(p.Deepest, home+"/") && exists(p.Deepest) {
			return true
		}
	}
	return false
}

// otherHome is what to type to have a home that works: that of the passwd entry, else a new folder; "" where none can be made.
func (m *Machine) otherHome() string {
	dir, _ := m.Settings.Getenv("HOME")
	if _, set := envfix.Getenv(m.Environ, "HOME"); !set {
		dir = ""
	}
	if own := envfix.PasswdHome(); own != "" && own != dir {
		if p := envfix.LookAt("HOME", own); p.Exists && p.Access == "" {
			return "export HOME=" + envfix.Quote(own)
		}
	}
	for _, name := range []string{"TMPDIR", "GOTMPDIR"} {
		tmp := m.Settings.Directory(name).Value
		if p := envfix.LookAt(name, tmp); !filepath.IsAbs(tmp) || !p.Exists || p.Access+p.Room != "" {
			continue
		}
		template := ""
		if name == "GOTMPDIR" { // which mktemp does not know
			template = " " + envfix.Quote(filepath.Join(tmp, "home.XXXXXX"))
		}
		// Where mktemp fails HOME is to stay as it is.
		return `home="$(mktemp -d` + template + `)" && export HOME="$home"`
	}
	return ""
}

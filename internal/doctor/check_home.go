package doctor

import (
	"path/filepath"
	"runtime"
	"strings"

	"github.com/go-safe/go-safe/envfix"
	"github.com/go-safe/go-safe/internal/fsinfo"
)

// home checks HOME as it is in the environment. The settings have that of the passwd entry if it is not set.
func home(m *Machine) Finding {
	if runtime.GOOS == "windows" {
		return profile(m)
	}
	dir, set := envfix.LookupEnv(m.Environ, "HOME")
	f := Finding{Status: Warning, Looked: "HOME=" + dir}
	switch p := envfix.Inspect("HOME", dir); {
	case !set || dir == "":
		f.Looked, f.Found = "HOME", "is not set"
	case !filepath.IsAbs(dir):
		f.Found = "is no absolute path"
	case dir == "/":
		f.Found = "is the root directory"
	case !p.Exists:
		f.Found = "is not there"
	case p.Access != "" && chmodOwn(p) != "":
		f.Found, f.Advice = p.Access, chmodOwn(p)
	case p.Access != "" && m.livesIn(dir):
		return ok(dir, "is not writable; what go commands have there is looked at by itself")
	case p.Access != "":
		f.Found = p.Access
	default:
		return ok(dir, "")
	}
	if f.Advice == "" {
		f.Advice = m.changeHome()
	}
	f.cause = "HOME"
	if v := m.variable("HOME"); v.Changed() {
		f.Now = "go-safe uses HOME=" + v.Value
	} else if v := m.variable("GOCACHE"); v.Changed() {
		f.Now = "go-safe uses " + filepath.Dir(v.Value)
	}
	return f
}

// profile checks the variables that stand for HOME on Windows. Services and stripped environments lack them.
func profile(m *Machine) Finding {
	for name, why := range map[string]string{
		"USERPROFILE": "go commands have no GOPATH", "LOCALAPPDATA": "go commands have no build cache",
	} {
		if m.Settings.Getenv(name) == "" {
			return Finding{Status: Warning, Looked: name, Found: "is not set", Why: why, cause: "HOME"}
		}
	}
	return ok(m.Settings.Getenv("USERPROFILE"), "")
}

// becauseOfHome is the finding about a place that is missing because of HOME: it goes with that of the check home.
func (m *Machine) becauseOfHome(f Finding) Finding {
	because := home(m)
	f.Status, f.Advice, f.Fix, f.cause = Warning, because.Advice, false, because.cause
	return f
}

// homeless reports whether a path in the home is missing because of the home itself, so that another home would help.
func (m *Machine) homeless(path string) bool {
	dir := m.Settings.Getenv("HOME")
	if !filepath.IsAbs(dir) {
		return false
	}
	dir = filepath.Clean(dir)
	below := func(path string) bool {
		return path != dir && strings.HasPrefix(path, strings.TrimSuffix(dir, "/")+"/")
	}
	p := envfix.Inspect("", path)
	return below(path) && !below(p.Deepest) && p.Access != "" && home(m).Advice != ""
}

// livesIn reports whether go commands have something in a home that they would lose with another one: a directory,
// the file of go env -w, or a place for one.
func (m *Machine) livesIn(home string) bool {
	_, cache := m.directory("GOCACHE")
	_, path := m.directory("GOPATH")
	for _, place := range []string{cache, path, m.Settings.EnvFile, m.Settings.ConfigDir()} {
		if p := envfix.Inspect("", place); strings.HasPrefix(p.Deepest, home+"/") && fsinfo.Exists(p.Deepest) {
			return true
		}
	}
	return false
}

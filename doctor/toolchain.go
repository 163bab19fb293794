package doctor

import (
	"cmp"
	"go/version"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/go-safe/go-safe/envfix"
)

// switches reports whether commands here run a toolchain from the module cache.
func (m *Machine) switches() bool {
	return m.Settings.Get("GO111MODULE").Value != "off" &&
		m.Project().Toolchain(envfix.Version(m.Real.GOROOT), m.Settings.Get("GOTOOLCHAIN").Value) != ""
}

// runs is the toolchain that commands here run with that value of GOTOOLCHAIN, from PATH or the module cache; "" for the real go itself.
func (m *Machine) runs(gotoolchain string) string {
	if name, onPath := strings.CutSuffix(gotoolchain, "path"); onPath {
		gotoolchain = name + "auto"
	}
	return m.Project().Toolchain(envfix.Version(m.Real.GOROOT), gotoolchain)
}

// toolchain looks for the toolchain that GOTOOLCHAIN names or the module asks for, as cmd/go/internal/toolchain.Exec does. Servers are not asked
// whether they have it.
func toolchain(m *Machine) Finding {
	have, setting, shown := envfix.Version(m.Real.GOROOT), m.Settings.Get("GOTOOLCHAIN").Value, m.shown("GOTOOLCHAIN")
	if !validToolchain(setting) {
		return Finding{Status: Broken, Looked: shown, Found: "is no toolchain", Type: m.undo("GOTOOLCHAIN")}
	}
	if have == "" || m.Settings.Get("GO111MODULE").Value == "off" {
		return ok(shown, "")
	}
	name, asked := m.runs(setting), m.Project().Wants()
	f := Finding{Status: Broken, Looked: shown, Type: m.cureToolchain(setting)}
	if running := cmp.Or(name, have); version.Compare(asked, running) > 0 {
		f.Found = "the module asks for " + asked + ", and the go command is " + running
		return f
	}
	if name == "" {
		return ok(shown, "")
	}
	chosen := strings.HasPrefix(setting, name)
	f.Found = "the module asks for " + name + ", and the go command is " + have
	if chosen {
		f.Found = "go commands are to run " + name
	}
	why, here := m.lacks(name, strings.HasSuffix(setting, "path"))
	switch {
	case why != "":
		f.Found += "; " + why
	case here:
		return ok(shown, name+" is run, and is here")
	case chosen:
		f.Status, f.Found = Warning, f.Found+", which each one tries to fetch until it is here"
	default:
		return ok(shown, "the module asks for "+name+", which the go command fetches")
	}
	return f
}

// validToolchain follows cmd/go/internal/toolchain.Select.
func validToolchain(setting string) bool {
	name, mode, plus := strings.Cut(setting, "+")
	if !plus && (name == "" || name == "auto" || name == "path") {
		return true
	}
	return (name == "local" || version.IsValid(name) && named(name)) && (!plus || mode == "auto" || mode == "path")
}

// named reports whether the go command would look for a toolchain of that name at all (cmd/go/internal/toolchain.Exec).
func named(name string) bool {
	return strings.HasPrefix(name, "go1") || strings.Contains(name, "-go1")
}

// lacks says why a toolchain cannot be run; "" where it can, if only by being fetched first, when it is not here.
func (m *Machine) lacks(name string, onlyPath bool) (why string, here bool) {
	if !named(name) {
		return "there is none of that name", false
	}
	if _, err := exec.LookPath(name); err == nil {
		return "", true
	}
	if onlyPath {
		return "it is not on PATH, and GOTOOLCHAIN forbids to fetch it", false
	}
	if m.holdsToolchain(name) {
		return "", true
	}
	if version.Lang(name) == name && version.Compare(name, "go1.21") >= 0 {
		return "that is a language version, and no toolchain as " + name + ".0 is one", false
	}
	if by := m.forbidsToolchains(); len(by) > 0 {
		return "it is not in the module cache, and " + by[0] + "=off forbids to fetch it", false
	}
	return "", false
}

// holdsToolchain reports whether the module cache has the toolchain, extracted or not.
func (m *Machine) holdsToolchain(name string) bool {
	system := strings.Replace(filepath.Base(toolDir(m.Real.GOROOT)), "_", "-", 1)
	cache, file := m.Plan().Value("GOMODCACHE"), name+"."+system
	extracted, _ := filepath.Glob(filepath.Join(cache, "golang.org", "toolchain@*-"+file))
	zip, _ := filepath.Glob(filepath.Join(cache, "cache", "download", "golang.org", "toolchain", "@v", "*-"+file+".zip"))
	return len(extracted)+len(zip) > 0
}

// forbidsToolchains are the variables that forbid to fetch a toolchain: without the checksum database none is, but from a lone folder
// (modfetch.useSumDB).
func (m *Machine) forbidsToolchains() (names []string) {
	list := m.proxies()
	if len(list) > 0 && list[0].entry == "off" {
		names = append(names, "GOPROXY")
	}
	folder := len(list) == 1 && strings.HasPrefix(list[0].entry, "file://")
	if m.Settings.Get("GOSUMDB").Value == "off" && !folder {
		names = append(names, "GOSUMDB")
	}
	return names
}

// cureToolchain is what to type so that the real go runs, or what the module asks for.
func (m *Machine) cureToolchain(setting string) string {
	var cures []string
	if setting != "auto" {
		cures = append(cures, m.set("GOTOOLCHAIN", "auto"))
	}
	name := m.runs("auto")
	if name != "" && !named(name) {
		return "" // whatever is set
	}
	if why, _ := m.lacks(name, false); name != "" && why != "" {
		for _, variable := range m.forbidsToolchains() {
			cures = append(cures, m.undo(variable))
		}
	}
	return join(cures...)
}

package doctor

import (
	"cmp"
	"go/version"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/go-safe/go-safe/envfix"
)

// toolchain checks that the toolchain that GOTOOLCHAIN names or the module asks for can run, as
// cmd/go/internal/toolchain.Exec looks for it. It does not ask servers whether they have it.
func toolchain(m *Machine) Finding {
	have, setting, shown := envfix.Version(m.Real.GOROOT), m.Settings.Get("GOTOOLCHAIN").Value, m.shown("GOTOOLCHAIN")
	if !validToolchain(setting) {
		return Finding{Status: Broken, Looked: shown, Found: "is no toolchain", Advice: m.unset("GOTOOLCHAIN")}
	}
	switch {
	case have == "":
		return m.unknownGo()
	case m.Settings.Get("GO111MODULE").Value == "off":
		return ok(shown, "GO111MODULE=off: no module is looked at")
	}
	name, asked := m.switchesTo(setting), m.Project().GoLine
	f := Finding{Status: Broken, Looked: shown, Advice: m.allowToolchain(setting)}
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
	why, here := m.lacksToolchain(name, strings.HasSuffix(setting, "path"))
	switch {
	case why != "":
		f.Found += "; " + why
	case here:
		return ok(shown, name+" is run, and is here")
	case chosen:
		f.Status, f.Now = Warning, "each one tries to fetch it until it is here"
	default:
		return ok(shown, "the module asks for "+name+", which the go command fetches")
	}
	return f
}

// switches reports whether go commands here run a toolchain from the module cache.
func (m *Machine) switches() bool {
	return m.Settings.Get("GO111MODULE").Value != "off" &&
		m.Project().Toolchain(envfix.Version(m.Real.GOROOT), m.Settings.Get("GOTOOLCHAIN").Value) != ""
}

// switchesTo returns the toolchain that go commands here run with that value of GOTOOLCHAIN, from PATH or from the
// module cache; "" for the real go itself.
func (m *Machine) switchesTo(gotoolchain string) string {
	if name, onPath := strings.CutSuffix(gotoolchain, "path"); onPath {
		gotoolchain = name + "auto"
	}
	return m.Project().Toolchain(envfix.Version(m.Real.GOROOT), gotoolchain)
}

// validToolchain reports whether the go command takes a value of GOTOOLCHAIN (cmd/go/internal/toolchain.Select).
func validToolchain(setting string) bool {
	name, mode, plus := strings.Cut(setting, "+")
	if !plus && (name == "" || name == "auto" || name == "path") {
		return true
	}
	if plus && mode != "auto" && mode != "path" {
		return false
	}
	return name == "local" || version.IsValid(name) && toolchainName(name)
}

// toolchainName reports whether the go command would look for a toolchain of that name at all
// (cmd/go/internal/toolchain.Exec).
func toolchainName(name string) bool {
	return strings.HasPrefix(name, "go1") || strings.Contains(name, "-go1")
}

// lacksToolchain says why a toolchain cannot run, "" if it can. Here is false if the go command fetches it first.
func (m *Machine) lacksToolchain(name string, onlyPath bool) (why string, here bool) {
	if !toolchainName(name) {
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
	cache, file := m.Plan().ModCache.Value, name+"."+system
	downloads := filepath.Join(cache, "cache", "download", "golang.org", "toolchain", "@v")
	extracted, _ := filepath.Glob(filepath.Join(cache, "golang.org", "toolchain@*-"+file))
	zip, _ := filepath.Glob(filepath.Join(downloads, "*-"+file+".zip"))
	return len(extracted)+len(zip) > 0
}

// forbidsToolchains returns the variables that forbid to fetch a toolchain. Without the checksum database the go
// command fetches none, unless the only proxy is a folder (modfetch.useSumDB).
func (m *Machine) forbidsToolchains() (names []string) {
	list := m.proxies()
	if len(list) > 0 && list[0].Entry == "off" {
		names = append(names, "GOPROXY")
	}
	folder := len(list) == 1 && strings.HasPrefix(list[0].Entry, "file://")
	if m.Settings.Get("GOSUMDB").Value == "off" && !folder {
		names = append(names, "GOSUMDB")
	}
	return names
}

// allowToolchain lets the go command run the toolchain that the module asks for, or the real go; "" if no setting
// helps.
func (m *Machine) allowToolchain(setting string) string {
	var lines []string
	if setting != "auto" {
		lines = append(lines, m.set("GOTOOLCHAIN", "auto"))
	}
	name := m.switchesTo("auto")
	if name != "" && !toolchainName(name) {
		return ""
	}
	if why, _ := m.lacksToolchain(name, false); name != "" && why != "" {
		for _, variable := range m.forbidsToolchains() {
			lines = append(lines, m.unset(variable))
		}
	}
	return join(lines...)
}

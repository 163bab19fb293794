package doctor

import (
	"os"
	"strings"
	"time"

	"github.com/go-safe/go-safe/envfix"
	"github.com/go-safe/go-safe/modcache"
	"github.com/go-safe/go-safe/shim"
)

// A Machine is what the checks look at: what a go build behind go-safe would find here. The functions are called by several
// checks at once.
type Machine struct {
	Environ   []string
	Called    string // how go-safe is called in what is to be typed, a word for a shell
	Exe       string // the program itself, "" where it does not know
	Dir       string // the working directory
	Deep      bool   // look at every entry of the caches, not at a sample
	Search    shim.Search
	Chosen    bool // GOSAFE_GO names the real go
	TrustRepo bool // GOSAFE_TRUST_REPO=1
	Real      shim.Go
	NotFound  error // why there is no real go
	Settings  *envfix.Settings
	Plan      func() *envfix.Plan
	Project   func() modcache.Project

	// Unlockable says why files in an existing directory cannot be locked, nil where they can.
	Unlockable func(dir string) error

	net probed
}

// budget is when a check that walks folders stops, with what it has seen: without Deep nobody is to wait, and nothing to be unknown
// because there is much of it.
func (m *Machine) budget() time.Time {
	if m.Deep {
		return time.Now().Add(time.Hour)
	}
	return time.Now().Add(time.Second / 2)
}

// ok is the finding where all is well.
func ok(looked, fact string) Finding {
	return Finding{Status: OK, Looked: looked, Found: fact}
}

// variable is what the plan says of one.
func (m *Machine) variable(name string) envfix.Var {
	for _, v := range m.Plan().Vars {
		if v.Name == name {
			return v
		}
	}
	return envfix.Var{Name: name}
}

// undo is what to type so that a setting is no longer chosen; "" for one that nobody chose.
func (m *Machine) undo(name string) string {
	switch m.Settings.Get(name).Origin {
	case envfix.FromEnviron:
		return "unset " + name
	case envfix.FromEnvFile:
		return m.unsetInFile(name)
	}
	return ""
}

// unsetInFile is undo for what the env file says: where go env -u cannot write that, it is made writable first, or left alone by naming the
// value that holds without it.
func (m *Machine) unsetInFile(name string) string {
	if m.Settings.EnvFileTrouble() == "" {
		return m.goEnv("-u " + name)
	}
	switch cure := m.envFileCure(); {
	case cure == "unset GOENV":
		return cure
	case cure != "":
		return join(cure, m.goEnv("-u "+name))
	}
	without := envfix.ReadSettings(envfix.Setenv(m.Environ, "GOENV", "off"), m.Real.GOROOT)
	value := without.Directory(name).Value
	switch {
	case name == "GOTMPDIR":
		value = without.Directory("TMPDIR").Value
	case name == "GO111MODULE":
		value = "on"
	case name == "GOFLAGS" && value == "": // an empty variable counts as none
		value = " "
	case value == "":
		return ""
	}
	return "export " + name + "=" + envfix.Quote(value)
}

// set is what to type so that a setting has the value: where it is set now, else for good, if that can be written down.
func (m *Machine) set(name, value string) string {
	if v, _ := m.Settings.Getenv(name); v != "" || m.Settings.EnvFile == "" || m.Settings.EnvFileTrouble() != "" {
		return "export " + name + "=" + envfix.Quote(value)
	}
	return m.goEnv("-w " + name + "=" + envfix.Quote(value))
}

// goEnv is go env as it is to be typed: where another toolchain is to run it would begin with a switch to that.
func (m *Machine) goEnv(args string) string {
	if m.runs("auto") != "" || m.runs(m.Settings.Get("GOTOOLCHAIN").Value) != "" {
		return "GOTOOLCHAIN=local " + m.Called + " env " + args
	}
	return m.Called + " env " + args
}

// shown is a setting as it is looked at: name, value, and where that comes from.
func (m *Machine) shown(name string) string {
	s := m.Settings.Get(name)
	if s.Value == "" {
		return name + " is not set"
	}
	return name + "=" + s.Value + " (" + string(s.Origin) + ")"
}

// sudo is what to put before a command that only root may run.
func sudo() string {
	if os.Geteuid() == 0 {
		return ""
	}
	return "sudo "
}

// exists reports whether something is at path.
func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// free is a name for path aside that nothing has yet.
func free(path string) string {
	aside := path + ".old"
	for exists(aside) {
		aside += "er"
	}
	return aside
}

// join makes one line for a shell of several commands, the empty ones left out.
func join(commands ...string) string {
	var said []string
	for _, c := range commands {
		if c != "" {
			said = append(said, c)
		}
	}
	return strings.Join(said, " && ")
}

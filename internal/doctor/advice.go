package doctor

import (
	"os"
	"strings"

	"github.com/go-safe/go-safe/envfix"
	"github.com/go-safe/go-safe/internal/fsinfo"
	"github.com/go-safe/go-safe/internal/shell"
)

// The files advice*.go write what a finding tells the user to run: one line for a POSIX shell, "" if nothing helps.
// The rows in testscripts/advice_rows_test.go run each such line, and see that plain go works afterwards.

// unset gives up a setting that somebody chose; "" for one that nobody chose.
func (m *Machine) unset(name string) string {
	switch m.Settings.Get(name).Origin {
	case envfix.FromEnviron:
		return shell.Unset(name)
	case envfix.FromEnvFile:
		return m.unsetInFile(name)
	}
	return ""
}

// unsetInFile gives up a setting in the env file. If go env -u cannot write that file, the line first makes it
// writable; if nothing can, it exports the value that holds without the file.
func (m *Machine) unsetInFile(name string) string {
	if m.Settings.EnvFileTrouble() == "" {
		return m.goEnv("-u " + name)
	}
	switch fix := m.makeEnvFileWritable(); {
	case fix == shell.Unset("GOENV"):
		return fix
	case fix != "":
		return join(fix, m.goEnv("-u "+name))
	}
	without := envfix.ReadSettings(envfix.Setenv(m.Environ, "GOENV", "off"), m.Real.GOROOT, m.Settings.Site)
	value := without.Directory(name).Value
	switch {
	case name == "GOTMPDIR":
		value = without.Directory(envfix.TempName).Value
	case name == "GO111MODULE":
		value = "on"
	case name == "GOFLAGS" && value == "": // an empty variable would count as unset
		value = " "
	case value == "":
		return ""
	}
	return export(name, value)
}

// set gives a setting a value: in the environment if it is set there now or the env file cannot be written, else for
// good.
func (m *Machine) set(name, value string) string {
	if v := m.Settings.Getenv(name); v != "" || m.Settings.EnvFile == "" || m.Settings.EnvFileTrouble() != "" {
		return export(name, value)
	}
	return m.goEnv("-w " + name + "=" + shell.Quote(value))
}

// goEnv runs go env. Where go commands run another toolchain, go env would first switch to it, so it is told not to.
func (m *Machine) goEnv(args string) string {
	if m.switchesTo("auto") != "" || m.switchesTo(m.Settings.Get("GOTOOLCHAIN").Value) != "" {
		return shell.With("GOTOOLCHAIN", "local", m.Called+" env "+args)
	}
	return m.Called + " env " + args
}

// export sets a variable in the user's shell.
func export(name, value string) string { return shell.Set(name, value) }

// sudo is what to put before a command that only root may run.
func sudo() string {
	if os.Geteuid() == 0 {
		return ""
	}
	return "sudo "
}

// withoutSudo removes sudo from the advice on a machine that has none: then root has to run the line.
func (m *Machine) withoutSudo(f Finding) Finding {
	line := strings.Replace(strings.TrimPrefix(f.Advice, "sudo "), "| sudo tee ", "| tee ", 1)
	if line != f.Advice && m.onPath("sudo") == "" {
		f.Advice, f.Found = line, f.Found+"; only root can fix it"
	}
	return f
}

// sudoSelf returns go-safe for a line with sudo, which has a PATH of its own.
func (m *Machine) sudoSelf() string {
	if m.Exe == "" {
		return m.Called
	}
	return shell.Quote(m.Exe)
}

// moveAsideLine returns the command that renames a path to unusedName.
func moveAsideLine(path string) string {
	return shell.Rename(path, unusedName(path))
}

// unusedName returns a name beside path that does not exist yet.
func unusedName(path string) string {
	name := path + ".old"
	for fsinfo.Exists(name) {
		name += "er"
	}
	return name
}

// makePrivate makes a directory, closed to others, if it does not exist. The go command would leave it open.
func makePrivate(dir string) string {
	if fsinfo.Exists(dir) {
		return ""
	}
	return shell.MakePrivateDir(dir)
}

// join makes one line of several commands, without the empty ones. Each runs only if the one before it succeeded.
func join(commands ...string) string {
	line := ""
	for i := len(commands) - 1; i >= 0; i-- {
		line = shell.Both(commands[i], line)
	}
	return line
}

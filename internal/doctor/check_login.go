package doctor

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/go-safe/go-safe/envfix"
	"github.com/go-safe/go-safe/internal/login"
	"github.com/go-safe/go-safe/internal/shell"
	"github.com/go-safe/go-safe/shim"
)

// LoginChecks returns the checks that run the user's start-up files.
func LoginChecks() []Check {
	return []Check{
		{
			ID: "shim-login", Group: whichGo,
			Why:     "what is started at login, over ssh and by an IDE runs plain go",
			Now:     "plain go runs there",
			Heading: "no-error-but-plain-go-runs", look: shimLogin,
		},
		{
			ID: "shim-interactive", Group: whichGo,
			Why:     "what you run in a new terminal runs plain go",
			Now:     "plain go runs there",
			Heading: "no-error-but-plain-go-runs", look: shimInteractive,
		},
	}
}

func shimLogin(m *Machine) Finding {
	sh := login.Find(m.Settings.Getenv)
	ask := func(command string) ([]string, error) { return sh.Ask(false, command) }
	return m.goOfShell("login shell "+sh.Path, sh, ask, sh.LoginFile())
}

func shimInteractive(m *Machine) Finding {
	sh := login.Find(m.Settings.Getenv)
	ask := func(command string) ([]string, error) { return sh.AskTerminal(command) }
	return m.goOfShell("interactive "+sh.Path, sh, ask, sh.InteractiveFile())
}

// goOfShell asks a shell which go it would run. File is its start-up file.
func (m *Machine) goOfShell(
	kind string, sh login.Shell, ask func(command string) ([]string, error), file string,
) Finding {
	if sh.Path == "" {
		return ok("SHELL", "there is no shell to log in with")
	}
	if err := sh.Distrust(); err != nil {
		return distrusted(err)
	}
	answers, err := ask(sh.AskForGo())
	if err != nil {
		return Finding{Status: Skipped, Looked: kind, Found: "did not say which go it runs: " + err.Error()}
	}
	said := answers[0]
	f := Finding{Status: Warning, Looked: kind, Found: said + " comes before go-safe"}
	switch {
	case isSelf(said):
		return ok(kind, said)
	case said == "":
		f.Found = "there is no go on its PATH"
	}
	return m.addPathLine(f, sh, file)
}

// distrusted is the finding if root does not run a shell.
func distrusted(err error) Finding {
	f := Finding{Status: Skipped}
	var d *login.DistrustError
	if errors.As(err, &d) {
		f.Looked, f.Found = d.Looked, d.Why()+"; run as root: sudo -H go safe doctor --login"
		if d.Owner != "" {
			f.Found = d.Why() + "; log in as " + d.Owner + " and run it there"
		}
	}
	return f
}

// isSelf reports whether what a shell printed is go-safe: a path, or the definition of an alias.
func isSelf(said string) bool {
	if !filepath.IsAbs(said) {
		return strings.Contains(said, "alias") && strings.Contains(said, "go-safe")
	}
	all := shim.Search{Path: filepath.Dir(said)}.All()
	return len(all) > 0 && all[0].Self
}

// addPathLine adds to a finding the advice to put go-safe first on PATH in a start-up file.
func (m *Machine) addPathLine(f Finding, sh login.Shell, file string) Finding {
	dir, makes := m.shimFolder()
	if dir == "" || file == "" {
		return f
	}
	in, mkdir := envfix.Inspect("", filepath.Dir(file)), ""
	switch {
	case in.Access != "":
		f.Found += "; " + in.Path + " " + in.Access
		return f
	case !extensible(file):
		f.Found += "; " + file + " cannot be written to"
		return f
	case !in.Exists:
		mkdir = shell.MakeDir(in.Path)
	}
	line := sh.PathLine(dir)
	f.Advice = join(makes, mkdir, "echo "+shell.Quote(line)+" >>"+shell.Quote(file))
	return f
}

// extensible reports whether lines can be added to a file, which may be missing.
func extensible(file string) bool {
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_APPEND, 0)
	if err == nil {
		f.Close()
	}
	return err == nil || errors.Is(err, fs.ErrNotExist)
}

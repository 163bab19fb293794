package doctor

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/go-safe/go-safe/envfix"
	"github.com/go-safe/go-safe/internal/fsinfo"
	"github.com/go-safe/go-safe/shim"
)

// managers are the version managers that put a file called go on PATH which starts another one, and those that put a
// link to a tree there; each with a folder that its files are in.
var managers = [...]struct{ name, folder string }{
	{"asdf", ".asdf"},
	{"goenv", ".goenv"},
	{"gvm", ".gvm"},
	{"gobrew", ".gobrew"},
	{"g", ".g"},
	{"mise", "mise"},
	{"asdf", "asdf"},
	{"goenv", "goenv"},
	{"sdkman", ".sdkman"},
}

// managerOf returns the version manager that put a file there, "" if it is none that is known. It tells by the folder
// of the file, by what the file links to, or by the script in it.
func managerOf(path string) string {
	target, _ := filepath.EvalSymlinks(path)
	for _, p := range []string{path, target} {
		parts := strings.Split(filepath.ToSlash(p), "/")
		for _, m := range managers {
			if slices.Contains(parts, m.folder) {
				return m.name
			}
		}
	}
	f, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer f.Close()
	head, _ := io.ReadAll(io.LimitReader(f, 4<<10))
	return managerIn(head)
}

// managerIn returns the version manager that a script runs: its name, then exec.
func managerIn(script []byte) string {
	if !bytes.HasPrefix(script, []byte("#!")) {
		return ""
	}
	words := strings.Fields(strings.ReplaceAll(string(script), `"`, ""))
	for i := range len(words) - 1 {
		for _, m := range managers {
			if filepath.Base(words[i]) == m.name && words[i+1] == "exec" {
				return m.name
			}
		}
	}
	return ""
}

// versionManager tells which go the version managers' files on PATH lead to. If go-safe has to go through one that
// leads nowhere, go commands fail.
func versionManager(m *Machine) Finding {
	f := ok("PATH", "none on it")
	where := "before go-safe"
	for _, g := range m.Search.All() {
		if g.Self {
			where = "behind go-safe"
			continue
		}
		name := managerOf(g.Path)
		if name == "" && g.GOROOT != "" {
			continue
		}
		if f.Looked == "PATH" {
			f.Looked, f.Found = g.Path, ""
		}
		who := "a script"
		if name != "" {
			who = name + "'s"
		}
		line, status := m.leadsTo(g)
		line = who + ", " + where + ", " + line
		if g.Path == m.Real.Path && status != OK {
			f.Status, f.Looked = status, g.Path
			if status == Broken {
				f.Advice = m.chooseNextGo()
			}
		}
		if f.Looked == g.Path {
			f.Found = line
		}
		f.Details = append(f.Details, g.Path+": "+line)
	}
	return f
}

// leadsTo says what a version manager's file runs. Only the manager knows, so leadsTo runs it, with the user's
// settings, by which it finds its own.
func (m *Machine) leadsTo(g shim.Found) (line string, status Status) {
	if g.GOROOT != "" {
		return "runs " + envfix.Version(g.GOROOT) + " of " + g.GOROOT, OK
	}
	if err := m.untrustedManager(g); err != nil {
		return "which root does not run: " + err.Error(), Skipped
	}
	settings := []string{"GOENV=off", "GOTOOLCHAIN=local", noTelemetry}
	environ := slices.Concat([]string{"XDG_CONFIG_HOME="}, m.Environ, settings)
	out, err := m.ask(m.Dir, environ, g.Path, "env", "GOROOT")
	if root := complaint(out, err); err == nil && filepath.IsAbs(root) {
		return "runs " + strings.TrimSpace(envfix.Version(root)+" of "+root), OK
	}
	return "runs no go: " + complaint(out, err), Broken
}

// untrustedManager returns why root does not run a version manager's go. Plugins and versions are chosen in the home
// and in the working directory.
func (m *Machine) untrustedManager(g shim.Found) error {
	home := m.Settings.Getenv("HOME")
	err := untrusted(g.Path, home, m.Dir)
	var way *fsinfo.WayError
	if errors.As(err, &way) {
		return errors.New(way.Element + " " + way.Why)
	}
	return err
}

// noTelemetry keeps a go command that has the user's home from counting there that it ran
// (cmd/internal/telemetry/counter).
const noTelemetry = "TEST_TELEMETRY_DIR=" + os.DevNull

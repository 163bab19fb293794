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

// managers are the version managers that put a file called go on PATH which starts another one, and those that put a link to a
// tree there; each with a folder by which its files are known.
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

// managerOf is the version manager that put the file there, "" where it is none that is known. Such files are known by their folder, by
// what they link to, or by what is written in them.
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
	if !bytes.HasPrefix(head, []byte("#!")) {
		return ""
	}
	words := strings.Fields(strings.ReplaceAll(string(head), `"`, ""))
	for i := range len(words) - 1 {
		for _, m := range managers {
			if filepath.Base(words[i]) == m.name && words[i+1] == "exec" {
				return m.name
			}
		}
	}
	return ""
}

// versionManager tells which go the version managers' files on PATH lead to. Where go-safe has to go through one, and that leads nowhere, go
// commands fail.
func versionManager(m *Machine) Finding {
	f := ok("PATH", "none on it")
	behind := false
	for _, g := range m.Search.All() {
		if g.Self {
			behind = true
			continue
		}
		name := managerOf(g.Path)
		if name == "" && g.GOROOT != "" {
			continue
		}
		if f.Looked == "PATH" {
			f.Looked, f.Found = g.Path, ""
		}
		who, where := "a script", "before go-safe"
		if name != "" {
			who = name + "'s"
		}
		if behind {
			where = "behind go-safe"
		}
		if err := m.untrusted(g); err != nil {
			line := who + ", " + where + ", which root does not run: " + err.Error()
			if g.Path == m.Real.Path {
				f.Status, f.Looked = Unknown, g.Path
			}
			if f.Looked == g.Path {
				f.Found = line
			}
			f.Details = append(f.Details, g.Path+": "+line)
			continue
		}
		version, wrong := m.leadsTo(g)
		line := who + ", " + where + ", runs " + version
		if wrong != "" {
			line = who + ", " + where + ", runs no go: " + wrong
		}
		if g.Path == m.Real.Path && wrong != "" {
			f.Status, f.Looked, f.Found, f.Type = Broken, g.Path, line, m.otherTree()
		} else if f.Looked == g.Path {
			f.Found = line
		}
		f.Details = append(f.Details, g.Path+": "+line)
	}
	return f
}

// untrusted returns why root does not ask a version manager's go where it leads. Plugins and versions are chosen in the home
// and in the working directory.
func (m *Machine) untrusted(g shim.Found) error {
	if g.GOROOT != "" { // it is not asked
		return nil
	}
	home, _ := m.Settings.Getenv("HOME")
	err := untrusted(g.Path, home, m.Dir)
	if way, ok := errors.AsType[*fsinfo.WayError](err); ok {
		return errors.New(way.Element + " " + way.Why)
	}
	return err
}

// leadsTo runs a version manager's go: it alone knows what it would start. It finds its own settings by the user's.
func (m *Machine) leadsTo(g shim.Found) (what, wrong string) {
	if g.GOROOT != "" {
		return envfix.Version(g.GOROOT) + " of " + g.GOROOT, ""
	}
	environ := slices.Concat([]string{"XDG_CONFIG_HOME="}, m.Environ, []string{"GOENV=off", "GOTOOLCHAIN=local", noTelemetry})
	out, err := m.ask(m.Dir, environ, g.Path, "env", "GOROOT")
	if root := complaint(out, err); err == nil && filepath.IsAbs(root) {
		return strings.TrimSpace(envfix.Version(root) + " of " + root), ""
	}
	return "", complaint(out, err)
}

// noTelemetry keeps a go command that has the user's home from counting there that it was run (cmd/internal/telemetry/counter).
const noTelemetry = "TEST_TELEMETRY_DIR=" + os.DevNull

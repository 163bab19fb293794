package doctor

import (
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/go-safe/go-safe/internal/fsinfo"
)

// envFile checks the file of go env -w.
func envFile(m *Machine) Finding {
	file := m.Settings.EnvFile
	if file == "" {
		return ok("GOENV", "is off, or there is no place for it")
	}
	f := Finding{Status: Warning, Looked: file, Advice: m.makeEnvFileWritable()}
	if v := m.Settings.Getenv("GOENV"); v != "" {
		f.Looked = "GOENV=" + v
	}
	trouble := m.Settings.EnvFileTrouble()
	fi, err := os.Stat(file)
	switch {
	case err != nil && fsinfo.Exists(file):
		f.Found = "cannot be reached"
	case err != nil && trouble == "":
		return ok(file, "not there yet")
	case err != nil && m.homeless(file):
		f.Found, f.Now = trouble, "go env -w fails, and all else works"
		return m.becauseOfHome(f)
	case err == nil && fi.IsDir():
		f.Status, f.Found = Broken, trouble
	case err == nil && !fi.Mode().IsRegular():
		return ok(file, "no regular file")
	case err == nil && !readable(file):
		f.Found = "cannot be read"
	case trouble != "":
		f.Found = trouble
	default:
		return m.envFileText(f, file)
	}
	if trouble != "" {
		if readable(file) || !fsinfo.Exists(file) {
			f.Now = "go env -w fails, and all else works"
		}
		return m.fromRoot(f, file)
	}
	return f
}

// envFileText completes the finding about a file that can be read and written: its text may still contain what
// editors add and the go command does not understand.
func (m *Machine) envFileText(f Finding, file string) Finding {
	data, _ := os.ReadFile(file)
	mark, returns := editorMarks(string(data))
	const (
		hides = "begins with a byte order mark, which hides the first line"
		taken = "has carriage returns, which are taken into the values"
	)
	switch {
	case mark && returns:
		f.Found = hides + ", and " + taken
	case mark:
		f.Found = hides
	case returns:
		f.Found = taken
	default:
		f = ok(file, "")
	}
	if f.Status != OK {
		f.Advice, f.Now = dropEditorMarks(file, mark, returns), "go commands take the file as it is"
	}
	vars := m.Settings.EnvFileVars()
	for _, name := range slices.Sorted(maps.Keys(vars)) {
		f.Details = append(f.Details, name+"="+vars[name])
	}
	return f
}

// editorMarks reports whether an env file has a byte order mark in front of a setting, and whether it has carriage
// returns. The go command ignores a line that does not begin with a capital, and a value is all up to the newline
// (cmd/go/internal/cfg.readEnvFile).
func editorMarks(text string) (mark, returns bool) {
	first, _, _ := strings.Cut(text, "\n")
	mark = strings.HasPrefix(first, "\xef\xbb\xbf") && strings.Contains(first, "=")
	return mark, strings.Contains(text+"\n", "\r\n")
}

// readable reports whether a file can be opened.
func readable(file string) bool {
	r, err := os.Open(file)
	if err == nil {
		r.Close()
	}
	return err == nil
}

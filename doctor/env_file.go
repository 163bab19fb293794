package doctor

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/go-safe/go-safe/envfix"
)

// envFile looks at the file of go env -w.
func envFile(m *Machine) Finding {
	file := m.Settings.EnvFile
	if file == "" {
		return ok("GOENV", "is off, or there is no place for it")
	}
	f := Finding{Status: Warning, Looked: file, Type: m.envFileCure()}
	if v, _ := m.Settings.Getenv("GOENV"); v != "" {
		f.Looked = "GOENV=" + v
	}
	trouble := m.Settings.EnvFileTrouble()
	fi, err := os.Stat(file)
	switch {
	case err != nil && exists(file):
		f.Found = "cannot be reached"
	case err != nil && trouble == "":
		return ok(file, "not there yet")
	case err != nil && m.homeless(file):
		return ok(file, noHome)
	case err == nil && fi.IsDir():
		f.Status, f.Found = Broken, trouble
	case err == nil && !fi.Mode().IsRegular():
		return ok(file, "no regular file")
	case err == nil && !legible(file):
		f.Found = "cannot be read"
	case trouble != "":
		f.Found = trouble
	default:
		if f.Found, f.Type = fromEditor(file); f.Found == "" {
			f = ok(file, "")
		}
		f.Details = assignments(m.Settings.File())
	}
	if trouble != "" {
		return m.fromRoot(f, file)
	}
	return f
}

// fromEditor says what the go command does not understand of what editors put into text files, and what to type; "" where there is none. It passes
// over a line that does not begin with a capital, and takes all up to the newline for the value (cmd/go/internal/cfg.readEnvFile).
func fromEditor(file string) (found, cure string) {
	const mark = "\xef\xbb\xbf"
	data, _ := os.ReadFile(file)
	text := string(data)
	first, _, _ := strings.Cut(text, "\n")
	marked, returns := strings.HasPrefix(first, mark) && strings.Contains(first, "="), strings.Contains(text+"\n", "\r\n")
	old := envfix.Quote(free(file))
	switch {
	case marked && returns:
		found, cure = "begins with a byte order mark, which hides the first line, and has carriage returns, which are taken into the values", "tail -c +4 "+old+" | tr -d '\\r'"
	case marked:
		found, cure = "begins with a byte order mark, which hides the first line", "tail -c +4 "+old
	case returns:
		found, cure = "has carriage returns, which are taken into the values", "tr -d '\\r' <"+old
	default:
		return "", ""
	}
	return found, aside(file) + " && " + cure + " >" + envfix.Quote(file)
}

// envFileCure is what to type so that go env -w can write the env file, and what the go command reads in it stays; "" where it can, or where
// nothing helps.
func (m *Machine) envFileCure() string {
	file, trouble := m.Settings.EnvFile, m.Settings.EnvFileTrouble()
	fi, err := os.Stat(file)
	readable := err == nil && fi.Mode().IsRegular() && legible(file)
	if v, _ := m.Settings.Getenv("GOENV"); v != "" && (trouble != "" || !readable && exists(file)) { // it may name anything, a home as well
		return "unset GOENV"
	}
	dir := envfix.LookAt("", filepath.Dir(file))
	switch p := envfix.LookAt("", file); {
	case p.ReadOnly, dir.Room != "", err != nil && exists(file), trouble == "" && readable:
		return ""
	case err == nil && fi.IsDir():
		return aside(file)
	case err == nil && p.Owner == os.Geteuid() && fi.Mode()&0o600 != 0o600:
		return "chmod u+rw " + envfix.Quote(file)
	}
	mine := dir.Exists && dir.Owner == os.Geteuid()
	switch {
	case mine && dir.Access == "" && readable:
		return aside(file) + " && cat " + envfix.Quote(free(file)) + " >" + envfix.Quote(file)
	case mine && dir.Access == "" && err == nil:
		return aside(file)
	case mine && dir.Mode&0o700 != 0o700:
		return "chmod u+rwx " + envfix.Quote(dir.Path)
	case !dir.Exists || mine || envfix.LookAt("", filepath.Dir(dir.Path)).Access != "":
		return ""
	case readable:
		return join(aside(dir.Path), "mkdir "+envfix.Quote(dir.Path),
			"cat "+envfix.Quote(filepath.Join(free(dir.Path), filepath.Base(file)))+" >"+envfix.Quote(file))
	}
	return aside(dir.Path)
}

// aside is what to type to have path under another name.
func aside(path string) string {
	return "mv " + envfix.Quote(path) + " " + envfix.Quote(free(path))
}

// legible reports whether a file can be read.
func legible(file string) bool {
	r, err := os.Open(file)
	if err == nil {
		r.Close()
	}
	return err == nil
}

func assignments(vars map[string]string) []string {
	var lines []string
	for _, name := range slices.Sorted(maps.Keys(vars)) {
		lines = append(lines, name+"="+vars[name])
	}
	return lines
}

package doctor

import (
	"maps"
	"os"
	"path/filepath"
	"slices"

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
	case err == nil && fi.IsDir():
		f.Status, f.Found = Broken, trouble
	case err == nil && !fi.Mode().IsRegular():
		return ok(file, "no regular file")
	case err == nil && !legible(file):
		f.Found = "cannot be read"
	case trouble != "":
		f.Found = trouble
	default:
		f = ok(file, "")
		f.Details = assignments(m.Settings.File())
	}
	return f
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

//go:build unix

package doctor

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/go-safe/go-safe/envfix"
	"github.com/go-safe/go-safe/internal/shell"
	"github.com/go-safe/go-safe/internal/user"
	"github.com/go-safe/go-safe/shim"
)

// sudoPath says which go sudo go is. Only root can find out: sudo logs what other users ask it, and reports users who
// are not allowed. If sudo started the doctor, the answer is already there.
func sudoPath(m *Machine) Finding {
	sudo := m.onPath("sudo")
	if sudo == "" {
		return ok("sudo", "is not on PATH")
	}
	if caller := m.Settings.Getenv("SUDO_USER"); caller != "" {
		home := m.Settings.Getenv("HOME")
		f := m.firstGoBySudo("PATH as sudo gives it", m.Search.Path)
		f.Details = append(f.Details, "looked as "+user.Name(os.Geteuid())+" with HOME="+home+", where "+caller+
			" called sudo: not at what "+caller+" has")
		return f
	}
	if os.Geteuid() != 0 {
		return Finding{
			Status: Skipped, Looked: "/etc/sudoers", Excused: true,
			Found: "only root can read it; this looks: sudo " + shell.Quote(m.Exe) + " safe doctor --only sudo-path",
		}
	}
	given, err := m.askSudo(sudo)
	if err != nil {
		return excused(sudo, "does not run for root: "+err.Error())
	}
	f := ok("sudo", "leaves PATH as it is")
	if given.replacesPath {
		f = m.firstGoBySudo("secure_path of sudo", given.path)
	}
	if given.keepsHome {
		f.Details = append(f.Details, "HOME may stay the caller's, in whose caches root then works")
	}
	if len(given.lost) > 0 {
		f.Details = append(f.Details, "sudo takes away: "+strings.Join(given.lost, ", "))
	}
	return f
}

// A sudoEnviron is what a program that sudo starts gets of its caller's environment.
type sudoEnviron struct {
	path         string
	replacesPath bool // sudoers(5): secure_path
	keepsHome    bool
	lost         []string // variables of the go command and of go-safe that do not arrive
}

// askSudo runs env through sudo. That is exact for every sudo (sudo-rs too) and for every way to write its settings.
// It leaves a line in sudo's log.
func (m *Machine) askSudo(sudo string) (given sudoEnviron, err error) {
	if err := untrusted(sudo); err != nil {
		return given, err
	}
	const mark = "/go-safe-mark" // a folder on PATH that is there afterwards only if sudo leaves PATH as it is
	environ := envfix.Setenv(m.Environ, "PATH", m.Search.Path+string(filepath.ListSeparator)+mark)
	environ = envfix.Setenv(environ, "HOME", mark)
	out, err := m.ask("/", environ, sudo, "-n", "--", "/usr/bin/env")
	if err != nil {
		return given, errors.New(complaint(out, err))
	}
	lines := strings.Split(out, "\n")
	given.path = envfix.Getenv(lines, "PATH")
	given.replacesPath = !strings.HasSuffix(given.path, mark)
	given.keepsHome = slices.Contains(lines, "HOME="+mark)
	for _, kv := range m.Environ {
		name, value, _ := strings.Cut(kv, "=")
		matters := strings.HasPrefix(name, "GO") || strings.HasPrefix(name, "SSL_CERT_") ||
			strings.HasSuffix(strings.ToLower(name), "_proxy")
		if _, arrives := envfix.LookupEnv(lines, name); matters && value != "" && !arrives {
			given.lost = append(given.lost, name)
		}
	}
	slices.Sort(given.lost)
	return given, nil
}

// firstGoBySudo looks for go-safe on a PATH of sudo. A program that root runs belongs to root, so the advice copies
// go-safe and does not link it.
func (m *Machine) firstGoBySudo(looked, path string) Finding {
	all := shim.Search{Path: path}.All()
	if len(all) > 0 && all[0].Self {
		return ok(looked, all[0].Path)
	}
	if len(all) == 0 {
		return ok(looked, "has no go, and sudo go finds none")
	}
	f := Finding{Status: Warning, Looked: looked}
	f.Found = all[0].Path + ", " + kindOf(all[0]) + ", comes before go-safe"
	dirs := filepath.SplitList(path)
	for _, dir := range dirs[:slices.Index(dirs, filepath.Dir(all[0].Path))] {
		if m.Exe == "" {
			break
		}
		if fi, err := os.Stat(dir); err == nil && fi.IsDir() {
			f.Advice = sudo() + "install -m 755 " + shell.Quote(m.Exe) + " " + shell.Quote(filepath.Join(dir, "go"))
			break
		}
	}
	return f
}

package doctor

import (
	"cmp"
	"os"
	"path/filepath"
	"strings"

	"github.com/go-safe/go-safe/envfix"
)

// A mount is a line of /proc/self/mounts (proc_pid_mounts(5)).
type mount struct{ point, kind, options string }

// mountOf is the mount that a clean absolute path is on, by the text of that file: the innermost, and of several in one place the last.
func mountOf(text, path string) (on mount) {
	for line := range strings.Lines(text) {
		f := strings.Fields(line)
		if len(f) < 4 {
			continue
		}
		m := mount{envfix.Unescape(f[1]), f[2], f[3]}
		inside := m.point == "/" || path == m.point || strings.HasPrefix(path, m.point+"/")
		if inside && len(m.point) >= len(on.point) {
			on = m
		}
	}
	return on
}

// windowsDrive reports whether the mount is one of WSL's drives of Windows: drvfs in WSL 1, and 9p or virtiofs in WSL 2.
func (m mount) windowsDrive() bool {
	return m.kind == "drvfs" || (m.kind == "9p" || m.kind == "virtiofs") && strings.Contains(m.options, "aname=drvfs")
}

// keepsModes reports whether such a drive keeps modes and owners: with the option metadata.
func (m mount) keepsModes() bool {
	for option := range strings.FieldsFuncSeq(m.options, func(r rune) bool { return r == ',' || r == ';' }) {
		if option == "metadata" {
			return true
		}
	}
	return false
}

// keepModes is what to type to have all drives keep modes, after WSL's next start (learn.microsoft.com/windows/wsl/wsl-config).
func keepModes() string {
	return `printf '[automount]\noptions = "metadata"\n' | ` + sudo() + "tee -a /etc/wsl.conf && wsl.exe --shutdown"
}

// localLocks reports whether the mount is one of NFS whose locks this machine keeps to itself (nfs(5): nolock, local_lock).
func (m mount) localLocks() bool {
	if m.kind != "nfs" && m.kind != "nfs4" {
		return false
	}
	for option := range strings.SplitSeq(m.options, ",") {
		how, local := strings.CutPrefix(option, "local_lock=")
		if option == "nolock" || local && how != "none" && how != "posix" {
			return true
		}
	}
	return false
}

// windowsDrive looks for directories on drives of Windows that keep no modes.
func windowsDrive(m *Machine) Finding {
	return m.onMount([]string{"GOTMPDIR", "GOCACHE", "GOPATH", "GOMODCACHE"}, "none of a drive of Windows without modes",
		func(on mount) (found, cure string) {
			if !on.windowsDrive() || on.keepsModes() {
				return "", ""
			}
			return "is on a drive of Windows that keeps no modes (" + on.point + " is mounted without metadata)", keepModes()
		})
}

// nfsLocks looks for caches on NFS whose locks other machines do not see.
func nfsLocks(m *Machine) Finding {
	return m.onMount([]string{"GOCACHE", "GOMODCACHE"}, "none of NFS without the server's locks",
		func(on mount) (found, cure string) {
			if !on.localLocks() {
				return "", ""
			}
			return "is on NFS with locks that no other machine sees (" + on.point + " is mounted with nolock or local_lock); " +
				"if others use it too, mount it without that", ""
		})
}

// onMount asks of the mount of each directory that a variable names what is wrong, and what to type; well is for nothing.
func (m *Machine) onMount(names []string, well string, ask func(mount) (found, cure string)) Finding {
	text, err := os.ReadFile("/proc/self/mounts")
	if err != nil {
		return ok("mounts", "not known here")
	}
	for _, name := range names {
		variable, dir := m.folder(name)
		if real, err := filepath.EvalSymlinks(dir); err == nil {
			dir = real
		}
		if !filepath.IsAbs(dir) {
			continue
		}
		if found, cure := ask(mountOf(string(text), dir)); found != "" {
			return Finding{Status: Warning, Looked: dir, Found: found, Type: cmp.Or(m.undo(variable), cure)}
		}
	}
	return ok("mounts", well)
}

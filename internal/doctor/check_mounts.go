package doctor

import (
	"cmp"
	"path/filepath"

	"github.com/go-safe/go-safe/internal/doctor/formats"
	"github.com/go-safe/go-safe/internal/fsinfo"
)

// windowsDrive looks for directories on drives of Windows that keep no modes.
func windowsDrive(m *Machine) Finding {
	return m.onMount([]string{"GOTMPDIR", "GOCACHE", "GOPATH", "GOMODCACHE"},
		"none of a drive of Windows without modes", func(on fsinfo.Mount) (found, advice string) {
			if !formats.WindowsDrive(on) || formats.KeepsModes(on) {
				return "", ""
			}
			found = "is on a drive of Windows that keeps no modes (" + on.Point + " is mounted without metadata)"
			return found, mountWithModes()
		})
}

// mountWithModes makes WSL mount all drives so that they keep modes, after its next start
// (learn.microsoft.com/windows/wsl/wsl-config).
func mountWithModes() string {
	return `printf '[automount]\noptions = "metadata"\n' | ` + sudo() + "tee -a /etc/wsl.conf && wsl.exe --shutdown"
}

// nfsLocks looks for caches on NFS whose locks other machines do not see.
func nfsLocks(m *Machine) Finding {
	return m.onMount([]string{"GOCACHE", "GOMODCACHE"},
		"none of NFS without the server's locks", func(on fsinfo.Mount) (found, advice string) {
			if !formats.LocalLocks(on) {
				return "", ""
			}
			return "is on NFS with locks that no other machine sees (" + on.Point +
				" is mounted with nolock or local_lock); if others use it too, mount it without that", ""
		})
}

// onMount asks what is wrong with the mount of each directory that a variable names. Well is the fact if nothing is.
func (m *Machine) onMount(names []string, well string, ask func(fsinfo.Mount) (found, advice string)) Finding {
	mounts := fsinfo.Mounts()
	if mounts == nil {
		return excused("mounts", "are not known here")
	}
	for _, name := range names {
		variable, dir := m.directory(name)
		if real, err := filepath.EvalSymlinks(dir); err == nil {
			dir = real
		}
		if !filepath.IsAbs(dir) {
			continue
		}
		if found, advice := ask(fsinfo.MountOf(mounts, dir)); found != "" {
			return Finding{Status: Warning, Looked: dir, Found: found, Advice: cmp.Or(m.unset(variable), advice)}
		}
	}
	return ok("mounts", well)
}

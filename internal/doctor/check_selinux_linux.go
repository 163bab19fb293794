package doctor

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/go-safe/go-safe/envfix"
	"github.com/go-safe/go-safe/internal/doctor/formats"
	"github.com/go-safe/go-safe/internal/shell"
)

// selinux looks for a directory that its mode opens to us and the kernel does not. Without SELinux there is another
// reason.
func selinux(m *Machine) Finding {
	const enforce = "/sys/fs/selinux/enforce"
	if on, _ := os.ReadFile(enforce); strings.TrimSpace(string(on)) != "1" {
		return ok("SELinux", "is not enforcing")
	}
	process, _ := os.ReadFile("/proc/self/attr/current")
	ours := formats.SELinuxLabel(strings.TrimRight(string(process), "\x00\n"))
	for _, name := range []string{"GOTMPDIR", "GOCACHE", "GOPATH", "GOMODCACHE"} {
		variable, dir := m.directory(name)
		p := envfix.Inspect(variable, dir)
		if p.Access == "" || p.ReadOnly || !modeLets(p) {
			continue
		}
		label := labelOf(p.Deepest)
		if label == "" {
			label = "unlabeled_t"
		}
		f := Finding{Status: Broken, Looked: p.Deepest}
		f.Found = fmt.Sprintf("is open to us by its mode, and closed by SELinux: "+
			"it is labelled %s, and this process %s",
			label.Type(), ours.Type())
		if ours.Container() { // from inside nobody can change the label
			f.Found += "; start the container with :z behind that volume"
			return f
		}
		f.Advice = sudo() + "restorecon -R -F " + shell.Quote(p.Deepest)
		return f
	}
	return ok("SELinux", "")
}

// modeLets reports whether the mode of a directory lets us make entries in it. The bits of our group do not show
// that: with an ACL they are only the mask.
func modeLets(p envfix.DirInfo) bool {
	if !p.Mode.IsDir() {
		return false
	}
	groups, _ := os.Getgroups()
	switch {
	case p.Owner == os.Geteuid():
		return p.Mode&0o300 == 0o300
	case slices.Contains(groups, p.Group):
		return false
	}
	return p.Mode&0o003 == 0o003
}

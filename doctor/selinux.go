package doctor

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/go-safe/go-safe/envfix"
)

// selinux looks for a directory that the mode opens to us and the kernel does not (F30). Without SELinux there is another reason.
func selinux(m *Machine) Finding {
	const enforce = "/sys/fs/selinux/enforce"
	if on, _ := os.ReadFile(enforce); strings.TrimSpace(string(on)) != "1" {
		return ok("SELinux", "is not enforcing")
	}
	process, _ := os.ReadFile("/proc/self/attr/current")
	ours := strings.TrimRight(string(process), "\x00\n")
	for _, name := range []string{"GOTMPDIR", "GOCACHE", "GOPATH", "GOMODCACHE"} {
		variable, dir := m.folder(name)
		p := envfix.LookAt(variable, dir)
		if p.Access == "" || p.ReadOnly || !modeLets(p) {
			continue
		}
		f := Finding{Status: Broken, Looked: p.Deepest}
		f.Found = fmt.Sprintf("is open to us by its mode, and closed by SELinux: it is labelled %s, and this process %s", labelOf(p.Deepest), typeOf(ours))
		if isContainer(ours) { // from inside nobody can change the label
			f.Found += "; start the container with :z behind that volume"
			return f
		}
		f.Type = sudo() + "restorecon -R -F " + envfix.Quote(p.Deepest)
		return f
	}
	return ok("SELinux", "")
}

// modeLets reports whether the mode of a directory alone lets us make entries in it. For a group it does not say so: where there
// is an ACL its bits are only the mask.
func modeLets(p envfix.Place) bool {
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

// labelOf is the type in the label of a file.
func labelOf(path string) string {
	if label := label(path); label != "" {
		return typeOf(label)
	}
	return "unlabeled_t"
}

// typeOf is the type in a label, user:role:type:level.
func typeOf(label string) string {
	if f := strings.SplitN(label, ":", 4); len(f) > 2 {
		return f[2]
	}
	return label
}

// isContainer knows the types of processes in containers, that of today and that of before 2018 (container-selinux).
func isContainer(label string) bool {
	return slices.Contains([]string{"container_t", "svirt_lxc_net_t"}, typeOf(label))
}

package doctor

import (
	"fmt"
	"path/filepath"

	"github.com/go-safe/go-safe/envfix"
)

// longNames looks whether the module cache takes files of all modules: a file system that encrypts names takes shorter
// ones (ecryptfs 143 bytes).
func longNames(m *Machine) Finding {
	_, dir := m.folder("GOMODCACHE")
	if !filepath.IsAbs(dir) {
		return ok(dir, "")
	}
	p := envfix.LookAt("GOMODCACHE", dir)
	if p.Names == 0 || p.Names >= envfix.LongestName {
		return ok(dir, "")
	}
	f := Finding{Status: Warning, Looked: dir, Found: fmt.Sprintf("takes names of %d bytes at most", p.Names)}
	if base := m.Settings.LongNames(); base != "" {
		own := filepath.Join(base, "gopath", "pkg", "mod")
		f.Type = m.ownModules("GOMODCACHE", envfix.Var{Name: "GOMODCACHE", Value: own})
	}
	return f
}

// openFiles compares the limit of open files with what a go command needs beside the programs that it runs at once,
// each with pipes. It counts what is allowed: the Go runtime raises its own limit to that.
func openFiles(m *Machine) Finding {
	const own, each = 32, 8
	limit, known := mayOpen()
	if !known {
		return ok("open files", "no limit is known")
	}
	shown := fmt.Sprintf("limit of %d open files", limit)
	procs := m.processes()
	if limit >= uint64(own+each*procs) {
		return ok(shown, "")
	}
	return Finding{Status: Broken, Looked: shown, Found: fmt.Sprintf("a go command that runs %d programs at once needs %d; "+
		"raise the hard limit: nofile in /etc/security/limits.conf, or docker run --ulimit nofile=1024", procs, own+each*procs)}
}

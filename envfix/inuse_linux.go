package envfix

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/go-safe/go-safe/internal/fsinfo"
)

// firstPIDs is the link in /proc to the first pid namespace of every Linux system (PROC_PID_INIT_INO in
// include/linux/proc_ns.h of the kernel).
const firstPIDs = "pid:[4026531836]"

// SeesProcesses reports whether /proc shows all processes of this machine, and not only those of a container. Each
// container has a pid namespace of its own, unless that is the machine's on purpose.
func SeesProcesses() bool {
	pids, err := os.Readlink("/proc/self/ns/pid")
	return err == nil && pids == firstPIDs
}

// inUseIn returns a function that reports whether a folder in dir is in use: a process runs a file in it or works
// in it, or something is mounted in it. (The program of a go run may be a server that has been up for weeks.)
func inUseIn(dir string) func(folder string) bool {
	var used []string
	note := func(path string) {
		if strings.HasPrefix(path, dir+"/") {
			used = append(used, path+"/")
		}
	}
	processes, _ := filepath.Glob("/proc/[0-9]*")
	for _, p := range processes {
		for _, link := range []string{"exe", "cwd"} {
			if target, err := os.Readlink(filepath.Join(p, link)); err == nil {
				note(target)
			}
		}
	}
	for _, m := range fsinfo.Mounts() {
		note(m.Point)
	}
	return func(folder string) bool {
		for _, path := range used {
			if strings.HasPrefix(path, folder+"/") {
				return true
			}
		}
		return false
	}
}

package envfix

import (
	"os"
	"path/filepath"
	"strings"
)

// inUseIn returns a function that reports whether a folder in dir is in use: a process runs from it or stands in it (what
// go run started may be a server that has been up for weeks), or something is mounted in it.
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
	mounts, _ := os.ReadFile("/proc/self/mountinfo")
	for line := range strings.Lines(string(mounts)) {
		if f := strings.Fields(line); len(f) > 4 {
			note(unescape.Replace(f[4]))
		}
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

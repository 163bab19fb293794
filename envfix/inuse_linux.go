package envfix

import (
	"os"
	"path/filepath"
	"strings"
)

// inUse reports whether a process of ours runs from dir or stands in it: what go run started may be a server
// that has been up for weeks.
func inUse(dir string) bool {
	processes, _ := filepath.Glob("/proc/[0-9]*")
	for _, p := range processes {
		for _, link := range []string{"exe", "cwd"} {
			if target, err := os.Readlink(filepath.Join(p, link)); err == nil && strings.HasPrefix(target, dir+"/") {
				return true
			}
		}
	}
	return false
}

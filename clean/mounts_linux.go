package clean

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// mounted says that something is mounted in a directory: a mount would move along with what is set aside.
func mounted(dir string) error {
	dir, err := filepath.EvalSymlinks(dir) // as the kernel names it
	if err != nil {
		return nil
	}
	mounts, _ := os.ReadFile("/proc/self/mountinfo")
	for line := range strings.Lines(string(mounts)) {
		if f := strings.Fields(line); len(f) > 4 && strings.HasPrefix(unescape.Replace(f[4]), dir+"/") {
			return &fs.PathError{Op: "set aside", Path: unescape.Replace(f[4]), Err: errors.New("is a mount point")}
		}
	}
	return nil
}

// unescape undoes what the kernel does to mount points (proc_pid_mountinfo(5)).
var unescape = strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`)

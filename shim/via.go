package shim

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// A Via is what a chain of processes went through to find a go: files that may be the real go, and may be shims that
// start go-safe again. It travels in the environment.
type Via struct {
	pid   string // of the last go-safe
	files string // paths, each with a separator behind it
}

// separator is ":" or ";". The paths are never split at it: one may contain it, and is found all the same.
const separator = string(filepath.ListSeparator)

// ParseVia reads the variable's value. A chain that has come to an end counts for nothing: a go command between the last
// go-safe and us has started us, and what it starts may come through the same version manager's shim. That
// is told by /proc; where there is none, the shim is passed over then, too.
func ParseVia(value string) Via {
	pid, files, _ := strings.Cut(value, separator)
	if pid == "" || arrived(pid) {
		return Via{}
	}
	return Via{pid, files}
}

// Then returns the value for a go-safe behind file.
func (v Via) Then(file string) string {
	return strconv.Itoa(os.Getpid()) + separator + v.files + file + separator
}

// contains reports whether the chain went through file.
func (v Via) contains(file string) bool {
	return strings.Contains(separator+v.files, separator+file+separator)
}

// arrived reports whether one of our ancestors, up to the process with this ID, is a go command in a tree of its own. That
// process may have become one, by exec.
func arrived(pid string) bool {
	if pid == strconv.Itoa(os.Getpid()) {
		return false
	}
	for p := strconv.Itoa(os.Getppid()); p != "" && p != "0"; p = parentOf(p) {
		if exe, err := os.Readlink("/proc/" + p + "/exe"); err == nil && isGo(exe) {
			return true
		}
		if p == pid {
			break
		}
	}
	return false
}

// parentOf returns the parent of a process from /proc/PID/stat: its name, the second field, may contain anything, blanks and
// parentheses too.
func parentOf(pid string) string {
	stat, err := os.ReadFile("/proc/" + pid + "/stat")
	if err != nil {
		return ""
	}
	i := strings.LastIndex(string(stat), ")")
	if f := strings.Fields(string(stat[i+1:])); len(f) > 1 {
		return f[1]
	}
	return ""
}

// isGo reports whether the file is a go command in a tree of its own.
func isGo(path string) bool {
	fi, err := os.Stat(path)
	return err == nil && fi.Size() > largest && gorootOf(path) != "" && filepath.Base(path) == "go"
}

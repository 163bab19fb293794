package shim

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// A Via is what a chain of processes went through to find a go: files that may be the real go, and may be shims
// that start go-safe again. It travels in the environment, so it has nothing in it that differs from one time to
// the next: no process ID.
type Via struct {
	above string // how many of the ancestors of the chain's first go-safe were go commands
	files string // paths, each with a separator behind it
}

// separator is ":" or ";". The paths are never split at it: one may contain it, and is found all the same.
const separator = string(filepath.ListSeparator)

// ParseVia reads the variable's value. A chain that has come to an end counts for nothing: a go command between
// its first go-safe and us has started us, and what it starts may come through the same version manager's shim.
// That is told by /proc; where there is none, the shim is passed over then, too.
func ParseVia(value string) Via {
	above, files, _ := strings.Cut(value, separator)
	if n, err := strconv.Atoi(above); err != nil || goesAbove() > n {
		return Via{}
	}
	return Via{above, files}
}

// Then returns the value for a go-safe behind file.
func (v Via) Then(file string) string {
	if v.above == "" {
		v.above = strconv.Itoa(goesAbove())
	}
	return v.above + separator + v.files + file + separator
}

// contains reports whether the chain went through file.
func (v Via) contains(file string) bool {
	return strings.Contains(separator+v.files, separator+file+separator)
}

// goesAbove counts our ancestors that are go commands in a tree of their own. This process may become one, by
// exec: then it is an ancestor of what it starts.
func goesAbove() int {
	n := 0
	for p := strconv.Itoa(os.Getppid()); p != "" && p != "0"; p = parentOf(p) {
		if exe, err := os.Readlink("/proc/" + p + "/exe"); err == nil && isGo(exe) {
			n++
		}
	}
	return n
}

// parentOf returns the parent of a process from /proc/PID/stat: its name, the second field, may contain anything,
// blanks and parentheses too.
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

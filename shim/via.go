package shim

import (
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"

	"github.com/go-safe/go-safe/internal/proc"
)

// A Via lists the files through which a chain of processes went to find a go. Such a file may be the real go,
// or a shim that starts go-safe again. The Via travels in the environment, so it contains nothing that differs
// from run to run, such as a process ID.
type Via struct {
	above string // how many ancestors of the chain's first go-safe were go commands
	files string // paths, each followed by a separator
}

// separator is ":" or ";". The list is never split at it, so a path may contain it.
const separator = string(filepath.ListSeparator)

// ParseVia reads the variable's value. It ignores a chain that has ended: a go command started us, and its
// programs may come through the same version manager's shim again. It sees in /proc that a go command is
// between the chain's first go-safe and us. Without /proc the shim is skipped in this case, too.
func ParseVia(value string) Via {
	above, files, _ := strings.Cut(value, separator)
	if n, err := strconv.Atoi(above); err != nil || goCommandsAbove() > n {
		return Via{}
	}
	return Via{above, files}
}

// Then returns the value for a go-safe that file may start.
func (v Via) Then(file string) string {
	if v.above == "" {
		v.above = strconv.Itoa(goCommandsAbove())
	}
	return v.above + separator + v.files + file + separator
}

// contains reports whether the chain went through file.
func (v Via) contains(file string) bool {
	return strings.Contains(separator+v.files, separator+file+separator)
}

// goCommandsAbove counts our ancestors that are go commands in a tree of their own. If this process becomes one by
// exec, it counts for the processes that it starts.
func goCommandsAbove() int {
	n := 0
	if runtime.GOOS != "linux" { // the only system that says what a process runs
		return n
	}
	for _, pid := range proc.Ancestors(os.Getpid()) {
		if exe := proc.Executable(pid); exe != "" && isGo(exe) {
			n++
		}
	}
	return n
}

// isGo reports whether the file is a go command in a tree of its own.
func isGo(path string) bool {
	fi, err := os.Stat(path)
	return err == nil && fi.Size() > maxGoSafeSize && gorootOf(path) != "" && filepath.Base(path) == "go"
}

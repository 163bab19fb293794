package proc

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/go-safe/go-safe/internal/fsinfo"
)

// Programs returns the programs that a go command runs for its user, as go run, go test and go generate do: its
// children that are no tools of a build and no version control. A go command among them counts as its own programs.
// If there are none, if pid is no go command, or if /proc is that of another pid namespace, Programs returns pid.
func Programs(pid int) (programs []int) {
	root := goroot(pid)
	if root == "" || !seesOurs() {
		return []int{pid}
	}
	for _, child := range children(pid) {
		if args := args(child); !isTool(args) && !isVCS(args) && !inTree(child, root) {
			programs = append(programs, Programs(child)...)
		}
	}
	if programs == nil {
		programs = []int{pid}
	}
	return programs
}

// isVCS reports whether a command line is that of a version control system that the go command runs
// (cmd/go/internal/vcs).
func isVCS(args []string) bool {
	return len(args) > 0 && slices.Contains([]string{"git", "hg", "svn", "bzr", "fossil"}, filepath.Base(args[0]))
}

// seesOurs reports whether /proc is that of our pid namespace, so that the numbers in it are those of kill(2).
func seesOurs() bool {
	self, err := os.Readlink("/proc/self")
	return err == nil && self == strconv.Itoa(os.Getpid())
}

// goroot returns the tree of the go command that a process runs, "" if it runs another program.
func goroot(pid int) string {
	exe := executable(pid)
	root := filepath.Dir(filepath.Dir(exe))
	if filepath.Base(exe) != "go" || !fsinfo.IsDir(filepath.Join(root, "pkg", "tool")) {
		return ""
	}
	return root
}

// inTree reports whether a process runs a tool of the toolchain in root.
func inTree(pid int, root string) bool {
	return strings.HasPrefix(executable(pid), filepath.Join(root, "pkg", "tool")+"/")
}

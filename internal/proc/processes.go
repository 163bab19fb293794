package proc

import (
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// IDs are what the kernel goes by when it decides what a process may do with files.
type IDs struct {
	UID    int      // the effective one; -1 where it is hidden
	Groups []int    // the effective gid, then the supplementary ones
	SIDs   []string // on Windows: of the user, and of the groups that count
}

// Ancestors returns the pids of a process's ancestors, its parent first, as far as they can be seen: those outside of
// this pid namespace cannot. It is nil on other systems than Linux and Windows.
func Ancestors(pid int) []int { return ancestors(pid, parentNow()) }

// Name returns the name of the file that a process runs, cut to 15 bytes; "" where that is hidden.
func Name(pid int) string { return name(pid) }

// Ended reports whether there is no such process. One that is only hidden has not ended.
func Ended(pid int) bool { return ended(pid) }

// Args returns a process's command line without empty arguments at its end, nil where it is hidden. The process may
// have changed it.
func Args(pid int) []string { return args(pid) }

// IDsOf returns the ids of a process. The error says that they are hidden, or that the process has ended.
func IDsOf(pid int) (IDs, error) { return idsOf(pid) }

// Executable returns the path of the file that a process runs, "" where it is hidden.
func Executable(pid int) string { return executable(pid) }

// Started returns when a process was started, zero where that is hidden. Two calls may differ by some hundredths of a
// second, because the clocks are read one after the other.
func Started(pid int) time.Time { return started(pid) }

// Builds reports whether a compiler, a linker or another tool of a build runs below a process: a program that has a
// file in the go command's work folder as an argument. A test that runs is none.
//
// It is false where other processes are hidden (hidepid of proc(5)), or the kernel does not list children.
func Builds(pid int) bool { return runsBelow(pid, isTool) }

// BuildsOrTests reports the same of tools and of the programs that they built.
func BuildsOrTests(pid int) bool {
	return runsBelow(pid, func(args []string) bool { return isTool(args) || isBuilt(args) })
}

// runsBelow reports whether a process below pid has such a command line.
func runsBelow(pid int, like func(args []string) bool) bool {
	children := childrenNow()
	var below func(pid int) bool
	below = func(pid int) bool {
		return slices.ContainsFunc(children(pid), func(child int) bool {
			return like(args(child)) || below(child)
		})
	}
	return below(pid)
}

// isTool reports whether the go command has started a program with this command line to build something. One with
// more than 30 KB of arguments gets them in a file in the temp folder: "@/tmp/args123" (passLongArgsInResponseFiles in
// cmd/go/internal/work). That is usual for packages of hundreds of files, which take long to compile.
//
// The names of tools would tell less: go vet runs vet before it loads packages, to learn its flags
// (cmd/go/internal/vet), and gcc and LLVM have dozens.
func isTool(args []string) bool {
	return len(args) > 0 && !isBuilt(args) && slices.ContainsFunc(args[1:], func(arg string) bool {
		return inWorkFolder(arg) || arg != "" && arg[0] == '@' && hasNumbered(arg, "args")
	})
}

// isBuilt reports whether a program with this command line was built in the work folder, as a test is. The go command
// gives a test arguments that begin with "-test." (cmd/go/internal/test), also behind the program of -exec. What go
// run runs is in a folder exe, into which only a linker writes, by its flag -o.
func isBuilt(args []string) bool {
	for i, arg := range args {
		switch {
		case i == 0 && inWorkFolder(arg), strings.HasPrefix(arg, "-test."):
			return true
		case i > 0 && args[i-1] != "-o" && isRooted(arg) && inWorkFolder(arg) && inFolderExe(arg):
			return true
		}
	}
	return false
}

// isRooted reports whether an argument is an absolute path, or one of another system.
func isRooted(arg string) bool { return strings.HasPrefix(arg, "/") || filepath.IsAbs(arg) }

func inFolderExe(path string) bool { return filepath.Base(filepath.Dir(path)) == "exe" }

// inWorkFolder reports whether an argument names a file in a work folder: go-build and a number, in GOTMPDIR
// (cmd/go/internal/work.NewBuilder). The build cache has the same name without the number.
func inWorkFolder(arg string) bool { return hasNumbered(arg, "go-build") }

// hasNumbered reports whether an argument has a path element that begins with name, and a digit follows the first one.
func hasNumbered(arg, name string) bool {
	_, number, ok := strings.Cut(filepath.ToSlash(arg), "/"+name)
	return ok && number != "" && '0' <= number[0] && number[0] <= '9'
}

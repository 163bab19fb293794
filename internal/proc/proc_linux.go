package proc

import (
	"bytes"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// DiesWithUs says whether Attributes make the kernel kill the child when this process dies, however that happens.
const DiesWithUs = true

// Attributes ask for that. The thread that starts the child must not end before it: that thread's death counts (prctl(2)). They
// are nil on systems that offer nothing of the kind.
func Attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: unix.SIGKILL}
}

// Cramped reports whether the limits of this process, or of its control group, may leave no room for a second one, or for
// the threads that the Go runtime makes when it likes: where it cannot make one, it crashes. Measured: a go list needs 9
// descriptors and 4 threads, with go-safe beside it 12 and 18.
func Cramped() bool {
	const beside = 32 // threads of both
	var files, processes unix.Rlimit
	unix.Getrlimit(unix.RLIMIT_NOFILE, &files)
	unix.Getrlimit(unix.RLIMIT_NPROC, &processes)
	if files.Cur < 16 {
		return true
	}
	// The kernel gives a user more than 2000 processes on a machine with 512 MiB. Who has less is worth a look.
	if os.Geteuid() != 0 && processes.Cur < 2000 && processes.Cur < beside+threads(os.Geteuid()) {
		return true
	}
	limit, have := groupTasks()
	return limit < beside+have
}

// groupTasks returns how many threads the control group of a container may have, as with docker run --pids-limit, and how
// many it has (cgroups(7)). In a container that group is the root of what is mounted, of version 2 or 1. The machine's own
// root has no limit. A group of the machine's own is not looked for: to read /proc/self/cgroup costs a hundredth of a start.
func groupTasks() (limit, have uint64) {
	for _, root := range []string{"/sys/fs/cgroup", "/sys/fs/cgroup/pids"} {
		limit, err := strconv.ParseUint(contents(root+"/pids.max"), 10, 64)
		if err == nil { // a number, and not max
			have, _ := strconv.ParseUint(contents(root+"/pids.current"), 10, 64)
			return limit, have
		}
	}
	return math.MaxUint64, 0
}

// contents is what a small file has in it, without a line break at the end; "" where it cannot be read. Not by package
// os, which would make an epoll instance: this is done at each start.
func contents(name string) string {
	fd, err := unix.Open(name, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return ""
	}
	defer unix.Close(fd)
	buf := make([]byte, 64)
	n, _ := unix.Read(fd, buf)
	return strings.TrimSuffix(string(buf[:max(n, 0)]), "\n")
}

// threads counts the threads of a user's processes, which the limit counts. Each has a folder in the process's task,
// and each folder is a link to task. What another container has is not seen.
func threads(uid int) (n uint64) {
	proc, err := os.Open("/proc")
	if err != nil {
		return 0
	}
	defer proc.Close()
	names, _ := proc.Readdirnames(-1)
	for _, name := range names {
		var task unix.Stat_t
		if name[0] <= '9' && unix.Stat("/proc/"+name+"/task", &task) == nil && int(task.Uid) == uid {
			n += uint64(task.Nlink) - 2
		}
	}
	return n
}

// Builds reports whether a program of a build or a test runs below the children of this process: one with the go
// command's work folder, go-build and a number, in its command line. It is false where the kernel does not list
// children.
func Builds() bool {
	return slices.ContainsFunc(children("self"), hasBuild)
}

func hasBuild(pid string) bool {
	return slices.ContainsFunc(children(pid), func(child string) bool {
		line, _ := os.ReadFile("/proc/" + child + "/cmdline")
		_, number, ok := bytes.Cut(line, []byte("/go-build"))
		return ok && len(number) > 0 && '0' <= number[0] && number[0] <= '9' || hasBuild(child)
	})
}

// children returns the pids of a process's children.
func children(pid string) (pids []string) {
	tasks, _ := os.ReadDir("/proc/" + pid + "/task")
	for _, task := range tasks {
		list, _ := os.ReadFile("/proc/" + pid + "/task/" + task.Name() + "/children")
		pids = append(pids, strings.Fields(string(list))...)
	}
	return pids
}

// die takes the runtime's handler away and kills this process. It returns only where it failed.
func die(sig syscall.Signal) {
	// The child may have left a core file, which one of ours would overwrite.
	unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0)

	// All zero is SIG_DFL without flags on every architecture, whatever the order of the fields; of the
	// mask the kernel takes eight bytes, sixteen on MIPS.
	var action [8]uint64
	for _, size := range []uintptr{8, 16} {
		_, _, errno := unix.RawSyscall6(unix.SYS_RT_SIGACTION, uintptr(sig), uintptr(unsafe.Pointer(&action)), 0, size, 0, 0)
		if errno == 0 {
			break
		}
	}
	unix.Kill(unix.Getpid(), sig)
	dieAsShell(sig)
}

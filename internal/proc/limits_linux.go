package proc

import (
	"math"
	"os"
	"strconv"
	"strings"

	"github.com/go-safe/go-safe/internal/fsinfo"
	"golang.org/x/sys/unix"
)

// NearLimits reports whether the limits of this process, or of its control group, may leave too little room for a
// second process beside it. The Go runtime makes threads when it likes, and crashes where it cannot make one.
// Measured: a go list needs 9 descriptors and 4 threads, with go-safe beside it 12 and 18.
func NearLimits() bool {
	const both = 32 // threads of the two processes
	var files, processes unix.Rlimit
	unix.Getrlimit(unix.RLIMIT_NOFILE, &files)
	unix.Getrlimit(unix.RLIMIT_NPROC, &processes)
	if files.Cur < 16 {
		return true
	}
	// The kernel gives a user more than 2000 processes on a machine with 512 MiB. Only a lower limit was set by
	// somebody, and only then the threads are counted, which costs a look at each process.
	if os.Geteuid() != 0 && processes.Cur < 2000 && processes.Cur < both+threads(os.Geteuid()) {
		return true
	}
	limit, have := groupTasks()
	return limit < both+have
}

// groupTasks returns how many threads the control group of a container may have, as with docker run --pids-limit, and
// how many it has (cgroups(7)). In a container that group is the root of what is mounted, of version 2 or 1. The
// machine's own root has no limit. Outside of containers a process may be in another group than the root. That is not
// looked up: to read /proc/self/cgroup costs a hundredth of a start.
func groupTasks() (limit, have uint64) {
	for _, root := range []string{"/sys/fs/cgroup", "/sys/fs/cgroup/pids"} {
		limit, err := readNumber(root + "/pids.max")
		if err == nil { // a number, and not "max"
			have, _ := readNumber(root + "/pids.current")
			return limit, have
		}
	}
	return math.MaxUint64, 0
}

func readNumber(file string) (uint64, error) {
	data, _ := fsinfo.ReadFile(file)
	return strconv.ParseUint(strings.TrimSpace(string(data)), 10, 64)
}

// threads returns how many threads a user's processes have, because the limit counts these. Each thread has a
// folder in its process's folder task, and with its ".." a link to that. Processes in other containers are not
// seen.
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

package proc

import (
	"bytes"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/go-safe/go-safe/internal/fsinfo"
	"golang.org/x/sys/unix"
)

// dir is the folder of a process in /proc. That of this process is "self" because /proc may be that of another pid
// namespace (unshare --pid without --mount-proc), in which our number is another process's.
func dir(pid int) string {
	if pid == os.Getpid() {
		return "/proc/self"
	}
	return "/proc/" + strconv.Itoa(pid)
}

func parentNow() func(int) int     { return parent }
func childrenNow() func(int) []int { return children }

func parent(pid int) int {
	if f := stat(pid); len(f) > 1 {
		parent, _ := strconv.Atoi(f[1])
		return parent
	}
	return 0
}

// stat returns the fields of /proc/PID/stat after the second one, which is the process's name and may have anything
// in it: the state, the parent's pid and so on (proc_pid_stat(5)).
func stat(pid int) []string {
	data, err := fsinfo.ReadFile(dir(pid) + "/stat")
	if err != nil {
		return nil
	}
	return afterName(data)
}

func afterName(stat []byte) []string {
	return strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
}

func name(pid int) string {
	name, _ := fsinfo.ReadFile(dir(pid) + "/comm")
	return strings.TrimSuffix(string(name), "\n")
}

func ended(pid int) bool { return unix.Kill(pid, 0) == unix.ESRCH }

func args(pid int) []string {
	data, _ := fsinfo.ReadFile(dir(pid) + "/cmdline")
	line := strings.TrimRight(string(data), "\x00")
	if line == "" {
		return nil
	}
	return strings.Split(line, "\x00")
}

// idsOf reads status, where every process shows its own ids. The owner of /proc/PID is root for a process that cannot
// be dumped (proc_pid(5)), and anybody can make his own process such a one.
func idsOf(pid int) (IDs, error) {
	status, err := fsinfo.ReadFile(dir(pid) + "/status")
	return parseIDs(string(status)), err
}

// parseIDs reads the lines
//
//	Uid:	1000	1000	1000	1000
//	Gid:	1000	1000	1000	1000
//	Groups:	4 24 27 1000
//
// of which the first two have the real, the effective, the saved and the file system id.
func parseIDs(status string) IDs {
	ids := IDs{UID: -1}
	for line := range strings.Lines(status) {
		name, rest, _ := strings.Cut(line, ":")
		numbers := numbers(rest)
		switch {
		case name == "Uid" && len(numbers) > 1:
			ids.UID = numbers[1]
		case name == "Gid" && len(numbers) > 1:
			ids.Groups = append(ids.Groups, numbers[1])
		case name == "Groups":
			ids.Groups = append(ids.Groups, numbers...)
		}
	}
	return ids
}

// numbers returns the numbers among words.
func numbers(words string) (list []int) {
	for w := range strings.FieldsSeq(words) {
		if n, err := strconv.Atoi(w); err == nil {
			list = append(list, n)
		}
	}
	return list
}

// started adds up the process's start, in ticks since the system's start, and how long ago that was. A tick is a
// hundredth of a second (proc_pid_stat(5); sysconf(_SC_CLK_TCK) is 100 on all that Go runs on).
func started(pid int) time.Time {
	const startTime, ticks = 22 - 3, 100 // the 22nd field, of which stat leaves out two
	uptime, err := fsinfo.ReadFile("/proc/uptime")
	if err != nil {
		return time.Time{}
	}
	seconds, _, _ := strings.Cut(string(uptime), " ")
	up, err := strconv.ParseFloat(seconds, 64)
	f := stat(pid)
	if err != nil || len(f) <= startTime {
		return time.Time{}
	}
	start, err := strconv.ParseInt(f[startTime], 10, 64)
	if err != nil {
		return time.Time{}
	}
	age := time.Duration(up*float64(time.Second)) - time.Duration(start)*time.Second/ticks
	return time.Now().Add(-age).Truncate(time.Second / ticks)
}

func executable(pid int) string {
	exe, _ := os.Readlink(dir(pid) + "/exe")
	return exe
}

// children returns the pids of a process's children.
func children(pid int) (pids []int) {
	tasks := dir(pid) + "/task/"
	entries, _ := os.ReadDir(tasks)
	for _, task := range entries {
		list, _ := fsinfo.ReadFile(tasks + task.Name() + "/children")
		pids = append(pids, numbers(string(list))...)
	}
	return pids
}

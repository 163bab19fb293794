package lock

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// others reads /proc/locks: who else holds the lock, by flock on what is locked, and who waits, by a mark on
// the directory. Processes outside of our pid namespace are not in it (proc_locks(5)).
func (m *mark) others(dir string, file bool) []entry {
	locked, marked := inodeOf(lockPath(dir, file)), inodeOf(dir)
	if m.dir != nil {
		marked.device = m.device(marked)
		locked.device = marked.device
	}
	data, err := os.ReadFile("/proc/locks")
	if err != nil {
		return nil
	}
	var entries []entry
	for line := range bytes.Lines(data) {
		l, ok := parseLock(string(line))
		switch {
		case !ok || l.blocked:
		case l.class == "FLOCK" && l.inode == locked:
			entries = append(entries, entry{l.pid, l.mode, false})
		case l.class == "POSIX" && l.inode == marked && l.pid != os.Getpid():
			entries = append(entries, entry{l.pid, Mode(l.start), true})
		}
	}
	return entries
}

// An inode is the name by which /proc/locks knows a file.
type inode struct {
	device string // major:minor
	number uint64
}

// inodeOf is the inode by stat(2). Its device is not that of the locks on btrfs, for one: see mark.device.
func inodeOf(path string) inode {
	var st syscall.Stat_t
	if syscall.Stat(path, &st) != nil {
		return inode{}
	}
	major, minor := st.Dev>>8&0xfff|st.Dev>>32&^0xfff, st.Dev&0xff|st.Dev>>12&^0xff // gnu_dev_major(3)
	return inode{fmt.Sprintf("%02x:%02x", major, minor), st.Ino}
}

// device is how the kernel names the device of our own mark, and with it those of all locks on this file system.
func (m *mark) device(i inode) string {
	data, _ := os.ReadFile("/proc/self/fdinfo/" + strconv.Itoa(int(m.dir.Fd())))
	for line := range strings.Lines(string(data)) {
		if rest, ok := strings.CutPrefix(line, "lock:"); ok {
			if l, ok := parseLock(rest); ok && l.class == "POSIX" && l.inode.number == i.number {
				return l.inode.device
			}
		}
	}
	return i.device
}

// A lockLine is a line of /proc/locks.
type lockLine struct {
	class   string // FLOCK, POSIX, OFDLCK, LEASE
	blocked bool   // waits in the kernel
	mode    Mode
	pid     int
	inode   inode
	start   int64
}

// parseLock reads a line such as
//
//	1: FLOCK  ADVISORY  READ 4711 fe:00:246947 0 EOF
//	1: -> FLOCK  ADVISORY  WRITE 4712 fe:00:246947 0 EOF
func parseLock(line string) (l lockLine, ok bool) {
	f := strings.Fields(line)
	if len(f) > 1 && f[1] == "->" {
		l.blocked = true
		f = slices.Delete(f, 1, 2)
	}
	if len(f) != 8 {
		return l, false
	}
	l.class = f[1]
	if f[3] == "WRITE" {
		l.mode = Exclusive
	}
	colon := strings.LastIndexByte(f[5], ':')
	if colon < 0 {
		return l, false
	}
	var errs [3]error
	l.pid, errs[0] = strconv.Atoi(f[4])
	l.inode.device = f[5][:colon]
	l.inode.number, errs[1] = strconv.ParseUint(f[5][colon+1:], 10, 64)
	l.start, errs[2] = strconv.ParseInt(f[6], 10, 64)
	return l, errors.Join(errs[:]...) == nil
}

// process looks up what is shown of a process. With hidepid that of others may be hidden (proc(5)).
func process(e entry) (p Process, ok bool) {
	p = Process{PID: e.pid, Mode: e.mode, Waits: e.waits, UID: -1}
	dir := "/proc/" + strconv.Itoa(e.pid)
	if fi, err := os.Stat(dir); err == nil {
		p.UID = int(fi.Sys().(*syscall.Stat_t).Uid)
	} else if errors.Is(err, fs.ErrNotExist) && syscall.Kill(e.pid, 0) == syscall.ESRCH {
		return p, false
	}
	argv, _ := os.ReadFile(dir + "/cmdline")
	p.Command = cutCommand(string(argv))
	p.Since = started(e.pid)
	return p, true
}

// started is when a process was started, by its stat and the clock since the start of the system, both of which count
// hundredths of a second (proc_pid_stat(5), sysconf(_SC_CLK_TCK)).
func started(pid int) time.Time {
	uptime, err := os.ReadFile("/proc/uptime")
	if err != nil {
		return time.Time{}
	}
	seconds, _, _ := strings.Cut(string(uptime), " ")
	up, err := strconv.ParseFloat(seconds, 64)
	f := stat(pid)
	if err != nil || len(f) < 20 {
		return time.Time{}
	}
	ticks, err := strconv.ParseInt(f[19], 10, 64)
	if err != nil {
		return time.Time{}
	}
	return time.Now().Add(time.Duration(ticks)*time.Second/100 - time.Duration(up*float64(time.Second))).Truncate(time.Second / 100)
}

// stat is what stands behind the name in /proc/PID/stat: state, ppid and so on. The name may hold anything.
func stat(pid int) []string {
	data, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return nil
	}
	return strings.Fields(string(data[bytes.LastIndexByte(data, ')')+1:]))
}

// ancestors are those of pid, as far as they can be seen.
func ancestors(pid int) map[int]bool {
	above := make(map[int]bool)
	for {
		f := stat(pid)
		if len(f) < 2 {
			return above
		}
		parent, err := strconv.Atoi(f[1])
		if err != nil || parent <= 0 || above[parent] {
			return above
		}
		above[parent] = true
		pid = parent
	}
}

// commandLength is how much of a command line tells a process from others.
const commandLength = 60

// cutCommand makes one line of an argument vector as the kernel shows it, without the path of the program.
func cutCommand(argv string) string {
	args := strings.Split(strings.TrimRight(argv, "\x00"), "\x00")
	args[0] = args[0][strings.LastIndexByte(args[0], '/')+1:]
	s := strings.Join(args, " ")
	if r := []rune(s); len(r) > commandLength {
		return string(r[:commandLength-1]) + "…"
	}
	return s
}

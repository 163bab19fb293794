package lock

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// others reads /proc/locks: who else holds the lock, by flock on what is locked, and who waits, by a mark on
// the directory. Processes outside of our pid namespace are not in it (proc_locks(5)).
func (l *lockFile) others() []entry {
	locked, marked := inodeOf(l.path), inodeOf(l.dir)
	if device := l.device(marked); device != "" {
		locked.device, marked.device = device, device
	}
	data, err := os.ReadFile("/proc/locks")
	if err != nil {
		return nil
	}
	unique := make(map[entry]bool) // who wants to keep us busy may hold a lock thousands of times
	for line := range bytes.Lines(data) {
		e, ok := parseLock(string(line))
		switch {
		case !ok || e.blocked:
		case e.class == "FLOCK" && e.inode == locked:
			unique[entry{e.pid, e.mode, false}] = true
		case e.class == "POSIX" && e.inode == marked && e.pid != os.Getpid():
			unique[entry{e.pid, e.marks(), true}] = true
		}
	}
	return slices.SortedFunc(maps.Keys(unique), func(a, b entry) int { return a.pid - b.pid })
}

// An inode is the name by which /proc/locks knows a file.
type inode struct {
	device string // major:minor
	number uint64
}

// inodeOf is the inode by stat(2). Its device is not that of the locks on btrfs, for one: see lockFile.device.
func inodeOf(path string) inode {
	var st syscall.Stat_t
	if syscall.Stat(path, &st) != nil {
		return inode{}
	}
	major, minor := st.Dev>>8&0xfff|st.Dev>>32&^0xfff, st.Dev&0xff|st.Dev>>12&^0xff // gnu_dev_major(3)
	return inode{fmt.Sprintf("%02x:%02x", major, minor), st.Ino}
}

// device is how the kernel names the device of our own mark, and with it those of all locks on this file
// system; "" where there is none.
func (l *lockFile) device(marked inode) string {
	data, _ := os.ReadFile("/proc/self/fdinfo/" + strconv.Itoa(l.dirFD))
	for line := range strings.Lines(string(data)) {
		if rest, ok := strings.CutPrefix(line, "lock:"); ok {
			if m, ok := parseLock(rest); ok && m.class == "POSIX" && m.inode.number == marked.number {
				return m.inode.device
			}
		}
	}
	return ""
}

// A lockLine is a line of /proc/locks.
type lockLine struct {
	class   string // FLOCK, POSIX, OFDLCK, LEASE
	blocked bool   // waits in the kernel
	mode    Mode
	pid     int
	inode   inode
	start   int64
	end     int64 // the last byte; math.MaxInt64 for the end of the file
}

// marks is what a mark says that its process waits for.
func (l lockLine) marks() Mode {
	if l.end >= firstMoment {
		return Exclusive
	}
	return Shared
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
	var errs [4]error
	l.pid, errs[0] = strconv.Atoi(f[4])
	l.inode.device = f[5][:colon]
	l.inode.number, errs[1] = strconv.ParseUint(f[5][colon+1:], 10, 64)
	l.start, errs[2] = strconv.ParseInt(f[6], 10, 64)
	if l.end = math.MaxInt64; f[7] != "EOF" {
		l.end, errs[3] = strconv.ParseInt(f[7], 10, 64)
	}
	return l, errors.Join(errs[:]...) == nil
}

// process looks up what is shown of a process. With hidepid that of others may be hidden (proc(5)).
func process(e entry) (p Process, ok bool) {
	p = Process{PID: e.pid, Mode: e.mode, Waits: e.waits, UID: -1}
	dir := "/proc/" + strconv.Itoa(e.pid)
	if ids, err := idsOf(e.pid); err == nil {
		p.UID = ids.uid
	} else if errors.Is(err, fs.ErrNotExist) && syscall.Kill(e.pid, 0) == syscall.ESRCH {
		return p, false
	}
	argv, _ := os.ReadFile(dir + "/cmdline")
	p.Command = cutCommand(string(argv))
	p.Since = started(e.pid)
	return p, true
}

// ids are those by which the kernel decides what a process may do with files.
type ids struct {
	uid    int
	groups []int
}

// idsOf reads them where every process shows its own. The owner of /proc/PID is root for one that cannot be
// dumped (proc_pid(5)), which anybody can make of his own.
func idsOf(pid int) (ids, error) {
	i := ids{uid: -1}
	data, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
	for line := range strings.Lines(string(data)) {
		name, rest, _ := strings.Cut(line, ":")
		numbers := numbers(rest)
		switch {
		case name == "Uid" && len(numbers) > 1:
			i.uid = numbers[1] // the effective one
		case name == "Gid" && len(numbers) > 1:
			i.groups = append(i.groups, numbers[1])
		case name == "Groups":
			i.groups = append(i.groups, numbers...)
		}
	}
	return i, err
}

func numbers(s string) (list []int) {
	for _, f := range strings.Fields(s) {
		if n, err := strconv.Atoi(f); err == nil {
			list = append(list, n)
		}
	}
	return list
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

// compiling reports whether a compiler or a linker runs below a go-safe among the holders, for a user who may
// write to the directory.
func compiling(holders []entry, writes func(uid int, groups []int) bool) bool {
	builds := make(map[int]bool)
	for _, e := range holders {
		if !isGoSafe(nameOf(e.pid)) {
			continue
		}
		if i, err := idsOf(e.pid); err == nil && i.uid >= 0 && writes(i.uid, i.groups) {
			builds[e.pid] = true
		}
	}
	if len(builds) == 0 {
		return false
	}
	entries, _ := os.ReadDir("/proc")
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil || !isCompiler(nameOf(pid)) {
			continue
		}
		for above := range ancestors(pid) {
			if builds[above] {
				return true
			}
		}
	}
	return false
}

// nameOf is the name of the file that a process runs, cut to 15 bytes; "" for one that has ended, or is hidden.
func nameOf(pid int) string {
	name, _ := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/comm")
	return strings.TrimSuffix(string(name), "\n")
}

// isGoSafe reports whether a process of this name may be go-safe: as others may have installed it, or as we are
// called. The file that it runs, which would tell, is hidden from other users.
func isGoSafe(name string) bool {
	return name == "go" || name == "go-safe" || name != "" && name == nameOf(os.Getpid())
}

// compilers are what the go command starts to make something of sources: its own tools (vet reads what
// compilers wrote in the cache), those of gcc and LLVM, and gccgo.
var compilers = []string{
	"compile", "asm", "cgo", "link", "vet", "pack", "cover",
	"cc", "c++", "gcc", "g++", "cc1", "cc1plus", "cc1obj", "gfortran", "f951", "as", "collect2", "lto1", "ld", "mold", "clang", "clang++", "swig",
	"gccgo", "go1",
}

// isCompiler knows them also by names such as ld.gold, clang-19 and x86_64-linux-gnu-gcc.
func isCompiler(name string) bool {
	return slices.Contains(compilers, name) || strings.HasPrefix(name, "ld.") || strings.HasPrefix(name, "clang-") ||
		strings.Contains(name, "-linux-")
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

package lock

import (
	"bytes"
	"errors"
	"fmt"
	"iter"
	"maps"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// entries returns who holds the lock by flock, and which other processes have a mark, sorted by pid. /proc/locks
// leaves out processes outside of our pid namespace (proc_locks(5)). It must be called after mark.
func (l *lockFile) entries() []entry {
	locked, marked := inodeOf(l.path), inodeOf(l.dir)
	if device := l.deviceOfMark(marked.number); device != "" {
		locked.device, marked.device = device, device
	}
	unique := make(map[entry]bool) // somebody who wants to keep us busy may hold a lock thousands of times
	for e := range procLocks() {
		switch {
		case e.blocked:
		case e.class == "FLOCK" && e.inode == locked:
			unique[entry{e.pid, e.mode, false}] = true
		case e.class == "POSIX" && e.inode == marked && e.pid != os.Getpid():
			unique[entry{e.pid, e.markMode(), true}] = true
		}
	}
	return slices.SortedFunc(maps.Keys(unique), func(a, b entry) int { return a.pid - b.pid })
}

// An inode is what /proc/locks calls a file.
type inode struct {
	device string // major:minor
	number uint64
}

// inodeOf returns the inode by stat(2). On btrfs and some others /proc/locks has another device: see deviceOfMark.
func inodeOf(path string) inode {
	var st syscall.Stat_t
	if syscall.Stat(path, &st) != nil {
		return inode{}
	}
	major, minor := st.Dev>>8&0xfff|st.Dev>>32&^0xfff, st.Dev&0xff|st.Dev>>12&^0xff // gnu_dev_major(3)
	return inode{fmt.Sprintf("%02x:%02x", major, minor), st.Ino}
}

// deviceOfMark returns what the kernel calls the device of our own mark, "" if there is no mark. It calls the
// device of all locks on this file system the same.
func (l *lockFile) deviceOfMark(number uint64) string {
	data, _ := os.ReadFile("/proc/self/fdinfo/" + strconv.Itoa(l.dirFD))
	for line := range strings.Lines(string(data)) {
		if rest, ok := strings.CutPrefix(line, "lock:"); ok {
			if m, ok := parseLock(rest); ok && m.class == "POSIX" && m.inode.number == number {
				return m.inode.device
			}
		}
	}
	return ""
}

// A lockLine is a line of /proc/locks.
type lockLine struct {
	class   string // FLOCK, POSIX, OFDLCK, LEASE
	blocked bool   // the process waits for it in a system call
	mode    Mode
	pid     int
	inode   inode
	start   int64
	end     int64 // the last byte; math.MaxInt64 for the end of the file
}

// markMode returns for which lock the process waits, if the line is a mark.
func (l lockLine) markMode() Mode {
	if l.end >= firstMoment {
		return Exclusive
	}
	return Shared
}

// procLocks yields the lines of /proc/locks, none if it cannot be read.
func procLocks() iter.Seq[lockLine] {
	return func(yield func(lockLine) bool) {
		data, _ := os.ReadFile("/proc/locks")
		for line := range bytes.Lines(data) {
			if l, ok := parseLock(string(line)); ok && !yield(l) {
				return
			}
		}
	}
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

//go:build linux && (amd64 || arm64)

package testscripts

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// A supervisor decides about the reported calls of a program and of its children.
type supervisor struct {
	injection
	listener int
	pid      int
	threads  map[uint32]bool // whether a thread belongs to the program
	calls    map[string]int
	hit      string
	broken   bool // the cause stays, and has struck
}

// These are in seccomp_unotify(2). Package unix has only the numbers.
type (
	notification struct {
		id         uint64
		pid, flags uint32
		nr         int32
		arch       uint32
		ip         uint64
		args       [6]uint64
	}
	response struct {
		id    uint64
		val   int64
		err   int32
		flags uint32
	}
)

// serve answers the kernel until all processes with the filter have ended.
func (s *supervisor) serve() error {
	names := make(map[int32]string)
	for name, call := range tracedCalls {
		names[int32(call.nr)] = name
	}
	for {
		fds := []unix.PollFd{{Fd: int32(s.listener), Events: unix.POLLIN}}
		if _, err := unix.Poll(fds, -1); errors.Is(err, unix.EINTR) {
			continue
		} else if err != nil {
			return err
		}
		if fds[0].Revents&unix.POLLIN == 0 {
			return nil
		}
		var n notification
		if err := ioctl(s.listener, unix.SECCOMP_IOCTL_NOTIF_RECV, unsafe.Pointer(&n)); err != nil {
			if errors.Is(err, unix.ENOENT) || errors.Is(err, unix.EINTR) {
				continue // the process was killed, or a signal came first
			}
			return err
		}
		r := response{id: n.id, flags: unix.SECCOMP_USER_NOTIF_FLAG_CONTINUE}
		if errno := s.decide(names[n.nr], &n); errno != 0 {
			r.err, r.flags = -int32(errno), 0
		}
		err := ioctl(s.listener, unix.SECCOMP_IOCTL_NOTIF_SEND, unsafe.Pointer(&r))
		if err != nil && !errors.Is(err, unix.ENOENT) {
			return err
		}
	}
}

// decide counts a call, and returns the error that it fails with, 0 if it goes on.
func (s *supervisor) decide(name string, n *notification) syscall.Errno {
	if !s.ours(n.pid) || !s.onDisk(name, n) {
		return 0
	}
	s.calls[name]++
	var flags uint64
	if name == "openat" {
		flags = n.args[2]
	}
	switch {
	case name == s.call && s.calls[name] == s.when && s.hit == "":
		s.hit = s.describe(name, n)
		if s.errno == 0 {
			unix.Kill(s.pid, unix.SIGKILL)
			return 0
		}
		s.broken = s.on
		return s.errno
	case s.broken && suffers(name, flags, s.errno):
		return s.errno
	}
	return 0
}

// ours reports whether a thread belongs to the program, and not to a child.
func (s *supervisor) ours(tid uint32) bool {
	is, known := s.threads[tid]
	if !known {
		status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", tid))
		is = bytes.Contains(status, fmt.Appendf(nil, "\nTgid:\t%d\n", s.pid))
		s.threads[tid] = is
	}
	return is
}

// onDisk reports whether the call is about a file on a disk. Pipes do not fail like disks, and without the standard
// streams go-safe could not say anything.
func (s *supervisor) onDisk(name string, n *notification) bool {
	if len(tracedCalls[name].paths) > 0 {
		return true
	}
	fd := int32(n.args[0])
	return fd > 2 && strings.HasPrefix(s.file(n.pid, fd), "/")
}

// file returns the path of the file that a descriptor is open for.
func (s *supervisor) file(tid uint32, fd int32) string {
	path, _ := os.Readlink(fmt.Sprintf("/proc/%d/fd/%d", tid, fd))
	return path
}

// describe names a call and its files.
func (s *supervisor) describe(name string, n *notification) string {
	var files []string
	for _, i := range tracedCalls[name].paths {
		path := s.path(n.pid, n.args[i])
		if i > 0 && !filepath.IsAbs(path) && int32(n.args[i-1]) != unix.AT_FDCWD {
			path = filepath.Join(s.file(n.pid, int32(n.args[i-1])), path)
		}
		files = append(files, path)
	}
	if len(files) == 0 {
		files = append(files, s.file(n.pid, int32(n.args[0])))
	}
	return name + "(" + strings.Join(files, ", ") + ")"
}

// path reads a string from the memory of a thread.
func (s *supervisor) path(tid uint32, address uint64) string {
	mem, err := os.Open(fmt.Sprintf("/proc/%d/mem", tid))
	if err != nil {
		return "?"
	}
	defer mem.Close()
	buf := make([]byte, unix.PathMax)
	n, _ := mem.ReadAt(buf, int64(address)) // fewer bytes if the mapping ends
	text, _, _ := bytes.Cut(buf[:n], []byte{0})
	return string(text)
}

func ioctl(fd int, request uintptr, arg unsafe.Pointer) error {
	if _, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), request, uintptr(arg)); errno != 0 {
		return errno
	}
	return nil
}

//go:build linux && (amd64 || arm64)

package testscripts

import (
	"bytes"
	"debug/elf"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

// An injection is a fault at one system call of a program, in the words of strace(1):
// inject=CALL:error=ERRNO:when=N, or :signal=KILL. The count is over all threads of the program, and over no
// other process.
//
// Strace counts the calls of each thread alone, and stops the program at every system call: here it takes a
// second for one run. This asks the kernel to report the calls in question to us (seccomp_unotify(2)), and only
// those from where the program makes them: what it starts goes on at full speed.
type injection struct {
	call  string
	when  int
	errno syscall.Errno // 0 to kill the process before the call
	on    bool          // from there on the same befalls each call that the cause would make fail (see suffers)
}

func (i injection) String() string {
	s := "inject=" + i.call
	if i.errno == 0 {
		s += ":signal=KILL"
	} else {
		s += ":error=" + unix.ErrnoName(i.errno)
	}
	s += ":when=" + strconv.Itoa(i.when)
	if i.on {
		s += "+"
	}
	return s
}

// parseInjection reads what String writes.
func parseInjection(s string) (i injection, err error) {
	parts := strings.Split(s, ":")
	if len(parts) != 3 {
		return i, fmt.Errorf("%q is not like inject=openat:error=EIO:when=3+", s)
	}
	i.call = strings.TrimPrefix(parts[0], "inject=")
	when, on := strings.CutSuffix(strings.TrimPrefix(parts[2], "when="), "+")
	i.on = on
	i.when, err = strconv.Atoi(when)
	for _, errno := range tracedCalls[i.call].fails {
		if parts[1] == "error="+unix.ErrnoName(errno) {
			i.errno = errno
		}
	}
	if err != nil || i.String() != s {
		return i, fmt.Errorf("%q is not one of the injections", s)
	}
	return i, nil
}

// A traced is a system call of which the program is stopped.
type traced struct {
	nr    uintptr
	paths []int // the arguments that are paths; none where the first one is a descriptor
	fails []syscall.Errno
}

// opens are the errors of opening a file.
var opens = []syscall.Errno{unix.EIO, unix.EMFILE, unix.ENOSPC, unix.EROFS, unix.EINTR}

// tracedCalls are those with which a Go program looks at files and changes them, with the errors that are tried.
var tracedCalls = map[string]traced{
	"openat":     {unix.SYS_OPENAT, []int{1}, opens},
	"openat2":    {unix.SYS_OPENAT2, []int{1}, opens},
	"mkdirat":    {unix.SYS_MKDIRAT, []int{1}, []syscall.Errno{unix.EIO, unix.ENOSPC, unix.EROFS}},
	"renameat":   {unix.SYS_RENAMEAT, []int{1, 3}, []syscall.Errno{unix.EIO, unix.ENOSPC, unix.EROFS}},
	"renameat2":  {unix.SYS_RENAMEAT2, []int{1, 3}, []syscall.Errno{unix.EIO, unix.ENOSPC, unix.EROFS}},
	"unlinkat":   {unix.SYS_UNLINKAT, []int{1}, []syscall.Errno{unix.EIO, unix.EROFS}},
	"linkat":     {unix.SYS_LINKAT, []int{1, 3}, []syscall.Errno{unix.EIO, unix.ENOSPC, unix.EROFS}},
	"symlinkat":  {unix.SYS_SYMLINKAT, []int{0, 2}, []syscall.Errno{unix.EIO, unix.ENOSPC, unix.EROFS}},
	"readlinkat": {unix.SYS_READLINKAT, []int{1}, []syscall.Errno{unix.EIO}},
	"fchmodat":   {unix.SYS_FCHMODAT, []int{1}, []syscall.Errno{unix.EIO, unix.EROFS}},
	"fchmodat2":  {unix.SYS_FCHMODAT2, []int{1}, []syscall.Errno{unix.EIO, unix.EROFS}},
	"fchmod":     {unix.SYS_FCHMOD, nil, []syscall.Errno{unix.EIO, unix.EROFS}},
	"fchownat":   {unix.SYS_FCHOWNAT, []int{1}, []syscall.Errno{unix.EIO, unix.EROFS}},
	"fchown":     {unix.SYS_FCHOWN, nil, []syscall.Errno{unix.EIO, unix.EROFS}},
	"utimensat":  {unix.SYS_UTIMENSAT, []int{1}, []syscall.Errno{unix.EIO, unix.EROFS}},
	"ftruncate":  {unix.SYS_FTRUNCATE, nil, []syscall.Errno{unix.EIO, unix.ENOSPC}},
	"flock":      {unix.SYS_FLOCK, nil, []syscall.Errno{unix.EIO, unix.EINTR, unix.ENOLCK}},
	"fsync":      {unix.SYS_FSYNC, nil, []syscall.Errno{unix.EIO, unix.ENOSPC}},
	"read":       {unix.SYS_READ, nil, []syscall.Errno{unix.EIO, unix.EINTR}},
	"pread64":    {unix.SYS_PREAD64, nil, []syscall.Errno{unix.EIO, unix.EINTR}},
	"write":      {unix.SYS_WRITE, nil, []syscall.Errno{unix.EIO, unix.ENOSPC, unix.EFBIG, unix.EINTR}},
	"pwrite64":   {unix.SYS_PWRITE64, nil, []syscall.Errno{unix.EIO, unix.ENOSPC, unix.EINTR}},
	"getdents64": {unix.SYS_GETDENTS64, nil, []syscall.Errno{unix.EIO}},
	"newfstatat": {unix.SYS_NEWFSTATAT, []int{1}, []syscall.Errno{unix.EIO}},
	"statx":      {unix.SYS_STATX, []int{1}, []syscall.Errno{unix.EIO}},
	"fstat":      {unix.SYS_FSTAT, nil, []syscall.Errno{unix.EIO}},
	"statfs":     {unix.SYS_STATFS, []int{0}, []syscall.Errno{unix.EIO}},
	"faccessat":  {unix.SYS_FACCESSAT, []int{1}, []syscall.Errno{unix.EIO, unix.EROFS}},
	"faccessat2": {unix.SYS_FACCESSAT2, []int{1}, []syscall.Errno{unix.EIO, unix.EROFS}},
	"getxattr":   {unix.SYS_GETXATTR, []int{0}, []syscall.Errno{unix.EIO}},
	"fgetxattr":  {unix.SYS_FGETXATTR, nil, []syscall.Errno{unix.EIO}},
	"fsetxattr":  {unix.SYS_FSETXATTR, nil, []syscall.Errno{unix.EIO, unix.ENOSPC, unix.EROFS}},

	"copy_file_range": {unix.SYS_COPY_FILE_RANGE, nil, []syscall.Errno{unix.EIO, unix.ENOSPC, unix.EFBIG, unix.EINTR}},
	"fremovexattr":    {unix.SYS_FREMOVEXATTR, nil, []syscall.Errno{unix.EIO, unix.EROFS}},
}

// persistent are the errors whose cause stays.
var persistent = []syscall.Errno{unix.EIO, unix.ENOSPC, unix.EROFS, unix.EMFILE, unix.EFBIG}

// changes are the calls that need room, and those that a read-only file system refuses without taking any.
var (
	takesRoom = []string{
		"mkdirat", "renameat", "renameat2", "linkat", "symlinkat", "write", "pwrite64", "fsetxattr", "copy_file_range",
	}
	changes = slices.Concat(takesRoom, []string{
		"unlinkat", "fchmodat", "fchmodat2", "fchmod", "fchownat", "fchown", "utimensat", "ftruncate", "fremovexattr",
	})
)

// suffers reports whether the cause of an error makes the call fail too: a full disk, one that is mounted
// read-only since it has errors, one that does not answer, no descriptors left, a limit to the size of files.
func suffers(call string, openFlags uint64, errno syscall.Errno) bool {
	open := call == "openat" || call == "openat2"
	switch errno {
	case unix.ENOSPC:
		return slices.Contains(takesRoom, call) || open && openFlags&unix.O_CREAT != 0
	case unix.EROFS:
		return slices.Contains(changes, call) || open && openFlags&(unix.O_CREAT|unix.O_ACCMODE|unix.O_TRUNC) != 0
	case unix.EMFILE:
		return open
	case unix.EFBIG:
		return call == "write" || call == "pwrite64" || call == "copy_file_range"
	}
	return errno == unix.EIO
}

// An injected is a program that was run with an injection.
type injected struct {
	status int            // its exit status, or 128 and the signal
	output []byte         // standard output
	stderr []byte         // standard error
	calls  map[string]int // how often it made each call
	hit    string         // what was injected into, "" for nothing
}

const injectVar = "TEST_INJECT" // of the process that becomes the program: as whom, and where that makes its calls

// run runs a program as uid, in dir, and stops it at what i says; at nothing for the zero injection. It returns
// when all processes that the program started have ended.
func (i injection) run(dir string, environ []string, uid int, program string, args ...string) (*injected, error) {
	ours, theirs, err := socketpair()
	if err != nil {
		return nil, err
	}
	defer ours.Close()
	cmd := exec.Command(os.Args[0], append([]string{"-test.run=^TestInjected$", "--", program}, args...)...)
	from, to, err := callsIn(program)
	if err != nil {
		return nil, err
	}
	cmd.Dir, cmd.Env = dir, append(slices.Clone(environ), fmt.Sprintf("%s=%d %d %d", injectVar, uid, from, to))
	cmd.ExtraFiles = []*os.File{theirs}
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err = cmd.Start()
	theirs.Close()
	if err != nil {
		return nil, err
	}
	listener, err := receive(ours)
	if err != nil {
		cmd.Process.Kill()
		cmd.Wait()
		return nil, fmt.Errorf("%w: %s%s", err, stdout.Bytes(), stderr.Bytes())
	}
	defer unix.Close(listener)
	s := &supervisor{
		injection: i, listener: listener, pid: cmd.Process.Pid,
		threads: make(map[uint32]bool), calls: make(map[string]int),
	}
	if err := s.serve(); err != nil {
		cmd.Process.Kill()
		cmd.Wait()
		return nil, err
	}
	cmd.Wait()
	ws := cmd.ProcessState.Sys().(syscall.WaitStatus)
	status := ws.ExitStatus()
	if ws.Signaled() {
		status = 128 + int(ws.Signal())
	}
	return &injected{status, stdout.Bytes(), stderr.Bytes(), s.calls, s.hit}, nil
}

// callsIn returns where a Go program makes its system calls. The runtime has some of its own, for threads and
// memory.
func callsIn(program string) (from, to uint64, err error) {
	file, err := elf.Open(program)
	if err != nil {
		return 0, 0, err
	}
	defer file.Close()
	symbols, err := file.Symbols()
	if err != nil {
		return 0, 0, err
	}
	for _, s := range symbols {
		if strings.HasPrefix(s.Name, "internal/runtime/syscall") && strings.HasSuffix(s.Name, ".Syscall6") {
			return s.Value, s.Value + s.Size, nil
		}
	}
	return 0, 0, fmt.Errorf("%s has no internal/runtime/syscall.Syscall6", program)
}

// A supervisor answers what the kernel asks about the calls of a program and of its children.
type supervisor struct {
	injection
	listener int
	pid      int
	threads  map[uint32]bool // whether one is the program's
	calls    map[string]int
	hit      string
	broken   bool // the injection goes on
}

// Of seccomp_unotify(2); package unix has the numbers, and not these.
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

// serve answers until all processes with the filter have ended.
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
				continue // it was killed, or a signal came first
			}
			return err
		}
		r := response{id: n.id, flags: unix.SECCOMP_USER_NOTIF_FLAG_CONTINUE}
		if errno := s.judge(names[n.nr], &n); errno != 0 {
			r.err, r.flags = -int32(errno), 0
		}
		err := ioctl(s.listener, unix.SECCOMP_IOCTL_NOTIF_SEND, unsafe.Pointer(&r))
		if err != nil && !errors.Is(err, unix.ENOENT) {
			return err
		}
	}
}

// judge counts a call, and says with what it fails: 0 for nothing.
func (s *supervisor) judge(name string, n *notification) syscall.Errno {
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

// ours reports whether a thread is one of the program, and no child.
func (s *supervisor) ours(tid uint32) bool {
	is, known := s.threads[tid]
	if !known {
		status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", tid))
		is = bytes.Contains(status, fmt.Appendf(nil, "\nTgid:\t%d\n", s.pid))
		s.threads[tid] = is
	}
	return is
}

// onDisk reports whether the call is about a file. What is read from and written to a pipe never fails like
// this, and without the standard streams nothing can be said.
func (s *supervisor) onDisk(name string, n *notification) bool {
	if len(tracedCalls[name].paths) > 0 {
		return true
	}
	fd := int32(n.args[0])
	return fd > 2 && strings.HasPrefix(s.file(n.pid, fd), "/")
}

// file is what a descriptor is open for.
func (s *supervisor) file(tid uint32, fd int32) string {
	path, _ := os.Readlink(fmt.Sprintf("/proc/%d/fd/%d", tid, fd))
	return path
}

// describe names the files of a call.
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

// path reads a string of a thread.
func (s *supervisor) path(tid uint32, address uint64) string {
	mem, err := os.Open(fmt.Sprintf("/proc/%d/mem", tid))
	if err != nil {
		return "?"
	}
	defer mem.Close()
	buf := make([]byte, unix.PathMax)
	n, _ := mem.ReadAt(buf, int64(address)) // less where the mapping ends
	text, _, _ := bytes.Cut(buf[:n], []byte{0})
	return string(text)
}

func ioctl(fd int, request uintptr, arg unsafe.Pointer) error {
	if _, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), request, uintptr(arg)); errno != 0 {
		return errno
	}
	return nil
}

func socketpair() (ours, theirs *os.File, err error) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, nil, err
	}
	return os.NewFile(uintptr(fds[0]), "ours"), os.NewFile(uintptr(fds[1]), "theirs"), nil
}

// receive gets the descriptor by which the kernel asks.
func receive(from *os.File) (int, error) {
	oob := make([]byte, unix.CmsgSpace(4))
	_, n, _, _, err := unix.Recvmsg(int(from.Fd()), make([]byte, 1), oob, unix.MSG_CMSG_CLOEXEC)
	if err != nil {
		return -1, err
	}
	messages, err := unix.ParseSocketControlMessage(oob[:n])
	if err != nil || len(messages) != 1 {
		return -1, errors.New("no filter was made")
	}
	fds, err := unix.ParseUnixRights(&messages[0])
	if err != nil || len(fds) != 1 {
		return -1, errors.New("no filter was sent")
	}
	return fds[0], nil
}

// TestInjected is no test: it is the process that asks for the filter and becomes the program.
func TestInjected(t *testing.T) {
	var uid int
	var from, to uint32
	if _, err := fmt.Sscan(os.Getenv(injectVar), &uid, &from, &to); err != nil {
		t.Skip("is run by TestFaults")
	}
	os.Unsetenv(injectVar)
	// The filter is this thread's, and what it becomes.
	runtime.LockOSThread()
	listener, err := filter(from, to)
	if err != nil {
		t.Fatalf("seccomp: %v", err)
	}
	if err := unix.Sendmsg(3, []byte{0}, unix.UnixRights(listener), nil, 0); err != nil {
		t.Fatal(err)
	}
	unix.Close(3)
	unix.Close(listener)
	if uid != os.Geteuid() {
		// Of this thread alone: that of the others ends.
		unix.RawSyscall(unix.SYS_SETGROUPS, 0, 0, 0)
		unix.RawSyscall(unix.SYS_SETRESGID, uintptr(uid), uintptr(uid), uintptr(uid))
		unix.RawSyscall(unix.SYS_SETRESUID, uintptr(uid), uintptr(uid), uintptr(uid))
	}
	t.Fatal(unix.Exec(flag.Arg(0), flag.Args(), os.Environ()))
}

// filter has the kernel ask about the traced calls of this thread, and of all that it starts, where they are
// made between two addresses. A Go program lies below 4 GiB; another one that is asked about for nothing goes
// on all the same.
func filter(from, to uint32) (listener int, err error) {
	const nr, ip = 0, 8 // in struct seccomp_data, the lower half first
	program := []unix.SockFilter{
		{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: ip},
		{Code: unix.BPF_JMP | unix.BPF_JGE | unix.BPF_K, K: from, Jf: 1},
		{Code: unix.BPF_JMP | unix.BPF_JGE | unix.BPF_K, K: to + 1, Jf: 1},
		{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ALLOW},
		{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: nr},
	}
	for _, call := range tracedCalls {
		program = append(program,
			unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: uint32(call.nr), Jf: 1},
			unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_USER_NOTIF})
	}
	program = append(program, unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ALLOW})
	fprog := unix.SockFprog{Len: uint16(len(program)), Filter: &program[0]}
	if os.Geteuid() != 0 {
		if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
			return -1, err
		}
	}
	// A call of which we are told is not begun again when the Go runtime sends its signal.
	flags := uintptr(unix.SECCOMP_FILTER_FLAG_NEW_LISTENER | unix.SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV)
	fd, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, flags,
		uintptr(unsafe.Pointer(&fprog)))
	if errno != 0 {
		return -1, errno
	}
	return int(fd), nil
}

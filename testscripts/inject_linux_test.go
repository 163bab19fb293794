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
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

// An injection is a fault at one system call of a program, written as for strace(1): inject=CALL:error=ERRNO:when=N,
// or :signal=KILL. It counts the calls of all threads of the program, and of no other process.
//
// Strace itself counts the calls of each thread separately, and stops the program at every call: one run takes a
// second here. Instead we ask the kernel to report some calls to us (seccomp_unotify(2)), and only if the program
// itself makes them. So programs that it starts run at full speed.
type injection struct {
	call  string
	when  int
	errno syscall.Errno // 0 to kill the process before the call
	on    bool          // the cause stays: all later calls that it would make fail do fail (see suffers)
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

// An injected is the result of a program that ran with an injection.
type injected struct {
	status int            // its exit status, or 128 and the signal
	output []byte         // standard output
	stderr []byte         // standard error
	calls  map[string]int // how often it made each call
	hit    string         // the call that failed, "" if there was none
}

// injectVar tells the process that becomes the program its uid, and the addresses of the program's system calls.
const injectVar = "TEST_INJECT"

// run runs a program as uid, in dir, with the injection. The zero injection injects nothing. run returns when all
// processes that the program started have ended.
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

// callsIn returns the addresses of the function by which a Go program makes its system calls. It leaves out the calls
// of the runtime, for threads and memory.
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

func socketpair() (ours, theirs *os.File, err error) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, nil, err
	}
	return os.NewFile(uintptr(fds[0]), "ours"), os.NewFile(uintptr(fds[1]), "theirs"), nil
}

// receive gets the descriptor on which the kernel reports calls.
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

// TestInjected is not a test. It is the process that installs the filter and then becomes the program.
func TestInjected(t *testing.T) {
	var uid int
	var from, to uint32
	if _, err := fmt.Sscan(os.Getenv(injectVar), &uid, &from, &to); err != nil {
		t.Skip("TestFaults runs it")
	}
	os.Unsetenv(injectVar)
	// The filter belongs to this thread, and to the program that it becomes.
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
		// Only this thread changes its user: exec ends the others.
		unix.RawSyscall(unix.SYS_SETGROUPS, 0, 0, 0)
		unix.RawSyscall(unix.SYS_SETRESGID, uintptr(uid), uintptr(uid), uintptr(uid))
		unix.RawSyscall(unix.SYS_SETRESUID, uintptr(uid), uintptr(uid), uintptr(uid))
	}
	t.Fatal(unix.Exec(flag.Arg(0), flag.Args(), os.Environ()))
}

// filter makes the kernel report the traced calls of this thread, and of all programs that it starts, if they are made
// between two addresses. The filter compares 32 bits, because a Go program lies below 4 GiB. If it reports a call of
// another program by mistake, the supervisor lets that call go on.
func filter(from, to uint32) (listener int, err error) {
	const nr, ip = 0, 8 // offsets in struct seccomp_data, the lower half of ip first
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
	// With this flag a reported call does not begin again when the Go runtime sends its own signals.
	flags := uintptr(unix.SECCOMP_FILTER_FLAG_NEW_LISTENER | unix.SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV)
	fd, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, flags,
		uintptr(unsafe.Pointer(&fprog)))
	if errno != 0 {
		return -1, errno
	}
	return int(fd), nil
}

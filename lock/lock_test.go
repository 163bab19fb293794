//go:build unix

package lock

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The test binary is also the other processes: LOCK_TEST says what it does, the arguments on what.
func TestMain(m *testing.M) {
	role := os.Getenv("LOCK_TEST")
	if role == "" {
		ownMounts()
		os.Exit(m.Run())
	}
	if err := roles[role](os.Args[1:]); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

var roles = map[string]func(args []string) error{
	"hold":  hold,
	"take":  take,
	"loop":  loop,
	"below": below,
}

// hold DIR MODE holds the lock until standard input ends.
func hold(args []string) error {
	release, err := acquire(args[0], modeOf(args[1]), time.Hour)
	if err != nil {
		return err
	}
	fmt.Println("held")
	io.Copy(io.Discard, os.Stdin)
	release()
	return nil
}

// take DIR MODE TIMEOUT takes the lock or says why not.
func take(args []string) error {
	timeout, err := time.ParseDuration(args[2])
	if err != nil {
		return err
	}
	release, err := acquire(args[0], modeOf(args[1]), timeout)
	if err != nil {
		return err
	}
	release()
	fmt.Println("taken")
	return nil
}

// loop DIR uses the directory again and again, most of the time, until standard input ends.
func loop(args []string) error {
	done := make(chan struct{})
	go func() {
		io.Copy(io.Discard, os.Stdin)
		close(done)
	}()
	for n := 0; ; n++ {
		select {
		case <-done:
			fmt.Println(n)
			return nil
		default:
		}
		release, err := acquire(args[0], Shared, 30*time.Second)
		if err != nil {
			return err
		}
		time.Sleep(20 * time.Millisecond)
		release()
		if n == 0 {
			fmt.Println("began")
		}
	}
}

// below DIR MODE ROLE ARGS... holds the lock, waits for a line of standard input, and starts a process in a role.
func below(args []string) error {
	release, err := acquire(args[0], modeOf(args[1]), time.Hour)
	if err != nil {
		return err
	}
	defer release()
	fmt.Println("held")
	bufio.NewReader(os.Stdin).ReadString('\n')
	cmd := command(args[2], args[3:]...)
	cmd.Stdout = os.Stdout
	return cmd.Run()
}

func silent([]Process) {}

func modeOf(name string) Mode {
	if name == Exclusive.String() {
		return Exclusive
	}
	return Shared
}

// acquire is Acquire without a word.
func acquire(dir string, mode Mode, patience time.Duration) (func(), error) {
	return Acquire(dir, mode, &Patience{Anybody: patience}, silent)
}

// command is this test in a role. The binary is opened by descriptor: its folder may be closed to other users.
func command(role string, args ...string) *exec.Cmd {
	exe := "/proc/self/exe"
	if _, err := os.Stat(exe); err != nil {
		exe = os.Args[0]
	}
	cmd := exec.Command(exe, args...)
	cmd.Env = append(os.Environ(), "LOCK_TEST="+role, "GORACE=atexit_sleep_ms=0") // which -race has at 1000
	return cmd
}

// A holder is another process that holds a lock.
type holder struct {
	*exec.Cmd
	stdin io.Closer
}

// startHolder returns when it does.
func startHolder(t *testing.T, cmd *exec.Cmd) holder {
	t.Helper()
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	h := holder{cmd, stdin}
	t.Cleanup(func() {
		cmd.Process.Signal(syscall.SIGCONT)
		h.stdin.Close()
		cmd.Wait()
	})
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil || line != "held\n" && line != "began\n" {
		t.Fatalf("%v: %q, %v", cmd, line, err)
	}
	return h
}

func (h holder) let() {
	h.stdin.Close()
	h.Wait()
}

// sharedDir is a directory that every user reaches and may write to.
func sharedDir(t *testing.T) string {
	dir, err := os.MkdirTemp("", "lock-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	cache := filepath.Join(dir, "cache")
	for _, d := range []string{dir, cache} {
		if err := errors.Join(os.MkdirAll(d, 0o755), os.Chmod(d, 0o755)); err != nil {
			t.Fatal(err)
		}
	}
	return cache
}

// blocksFor is how long a lock that blocks is watched doing so. Nothing else in the tests depends on time.
const blocksFor = 60 * time.Millisecond

// Every mode against every mode, by every holder, in every state, through every name. Where it does not block
// no limit of time is needed: the test's own ends it.
func TestMatrix(t *testing.T) {
	for _, who := range []string{"same process", "two processes", "two users", "root and user", "user and root"} {
		for _, held := range []Mode{Shared, Exclusive} {
			for _, wanted := range []Mode{Shared, Exclusive} {
				for _, state := range []string{"free", "held", "killed", "stopped"} {
					for _, path := range []string{"link", "bind"} {
						c := matrixCase{who, held, wanted, state, path}
						t.Run(fmt.Sprintf("%s/%s, then %s/%s/%s", who, held, wanted, state, path), c.test)
					}
				}
			}
		}
	}
}

type matrixCase struct {
	who          string
	held, wanted Mode
	state, path  string
}

func (c matrixCase) test(t *testing.T) {
	t.Parallel()
	dir := sharedDir(t)
	name := otherName(t, dir, c.path)
	if c.who == "same process" {
		c.inProcess(t, dir, name)
		return
	}
	holder, taker := c.users(t)
	h := startHolder(t, as(holder, command("hold", dir, c.held.String())))
	switch c.state {
	case "free":
		h.let()
	case "killed":
		h.Process.Kill()
		h.Wait()
	case "stopped":
		h.Process.Signal(syscall.SIGSTOP)
	}
	take := func(limit time.Duration) bool {
		out, err := as(taker, command("take", name, c.wanted.String(), limit.String())).Output()
		if err == nil && string(out) == "taken\n" {
			return true
		}
		if !strings.HasPrefix(string(out), "cannot take ") {
			t.Fatalf("take: %s, %v", out, err)
		}
		return false
	}
	if c.blocks() {
		if take(blocksFor) {
			t.Fatal("did not block")
		}
		h.Process.Signal(syscall.SIGCONT)
		h.let()
	}
	if !take(time.Hour) {
		t.Fatal("blocks")
	}
}

func (c matrixCase) blocks() bool {
	return (c.state == "held" || c.state == "stopped") && (c.held == Exclusive || c.wanted == Exclusive)
}

// inProcess is the case of two callers in one process, which is neither killed nor stopped.
func (c matrixCase) inProcess(t *testing.T, dir, name string) {
	if c.state == "killed" || c.state == "stopped" {
		t.Skip("a process that is killed or stopped takes no lock")
	}
	release, err := acquire(dir, c.held, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	if c.state == "free" {
		release()
	}
	if c.blocks() {
		_, err := acquire(name, c.wanted, blocksFor)
		var busy *BusyError
		if !errors.As(err, &busy) {
			t.Fatalf("did not block: %v", err)
		}
		release()
	}
	again, err := acquire(name, c.wanted, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	again()
	if c.state == "held" && !c.blocks() {
		release()
	}
}

// users are the uids of holder and taker, -1 for this one's.
func (c matrixCase) users(t *testing.T) (holder, taker int) {
	if c.who == "two processes" {
		return -1, -1
	}
	if os.Geteuid() != 0 {
		t.Skip("needs root")
	}
	switch c.who {
	case "root and user":
		return 0, 12345
	case "user and root":
		return 12345, 0
	}
	return 12345, 12346
}

func as(uid int, cmd *exec.Cmd) *exec.Cmd {
	if uid >= 0 {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(uid)}}
	}
	return cmd
}

// otherName is another way to dir.
func otherName(t *testing.T, dir, how string) string {
	name := filepath.Join(filepath.Dir(dir), how)
	if how == "link" {
		if err := os.Symlink(dir, name); err != nil {
			t.Fatal(err)
		}
		return name
	}
	if os.Geteuid() != 0 {
		t.Skip("needs root")
	}
	if err := os.Mkdir(name, 0o755); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("mount", "--bind", dir, name).CombinedOutput(); err != nil {
		t.Skipf("no bind mounts: %s", out)
	}
	t.Cleanup(func() {
		// Lazily: a process that another test starts just now may still have the lock's descriptor, until it executes its program.
		if out, err := exec.Command("umount", "-l", name).CombinedOutput(); err != nil {
			t.Errorf("umount: %s", out)
		}
	})
	return name
}

// 64 processes that use a directory all the time let one change in, and go on afterwards. (Without the mark of
// who waits for a change, there is no moment in which nobody uses it.)
func TestFairness(t *testing.T) {
	dir := sharedDir(t)
	holders := make([]holder, 64)
	for i := range holders {
		holders[i] = startHolder(t, command("loop", dir))
	}
	release, err := acquire(dir, Exclusive, 30*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := acquire(dir, Shared, blocksFor); err == nil {
		t.Error("a use beside the change")
	}
	release()
	again, err := acquire(dir, Exclusive, 30*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	again()
	release, err = acquire(dir, Shared, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	release()
}

// Below a process that holds the lock nobody waits, whatever the modes, and though a change is waited for.
func TestBelow(t *testing.T) {
	if _, err := os.Stat("/proc/locks"); err != nil {
		t.Skip("this system does not tell who holds a lock")
	}
	for _, above := range []Mode{Shared, Exclusive} {
		for _, wanted := range []Mode{Shared, Exclusive} {
			for _, waiting := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s, then %s, awaited %t", above, wanted, waiting), func(t *testing.T) {
					t.Parallel()
					dir := sharedDir(t)
					cmd := command("below", dir, above.String(), "take", dir, wanted.String(), "1h")
					var out strings.Builder
					stdout, _ := cmd.StdoutPipe()
					stdin, _ := cmd.StdinPipe()
					if err := cmd.Start(); err != nil {
						t.Fatal(err)
					}
					defer cmd.Wait()
					r := bufio.NewReader(stdout)
					r.ReadString('\n')
					if waiting {
						l, err := open(dir, false)
						if err != nil {
							t.Fatal(err)
						}
						defer l.release()
						l.mark(Exclusive)
					}
					io.WriteString(stdin, "\n")
					io.Copy(&out, r)
					if out.String() != "taken\n" {
						t.Errorf("%q", &out)
					}
				})
			}
		}
	}
}

// Two processes that use a directory and start one each that is to change it wait for each other's child. One of the
// two gives up at once, the other gets its turn.
func TestDeadlock(t *testing.T) {
	if _, err := os.Stat("/proc/locks"); err != nil {
		t.Skip("this system does not tell who holds a lock")
	}
	dir := sharedDir(t)
	outs := make(chan string, 2)
	var stdins []io.WriteCloser
	for range 2 {
		cmd := command("below", dir, "shared", "take", dir, "exclusive", "1h")
		stdout, _ := cmd.StdoutPipe()
		stdin, _ := cmd.StdinPipe()
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		stdins = append(stdins, stdin)
		r := bufio.NewReader(stdout)
		r.ReadString('\n')
		go func() {
			out, _ := io.ReadAll(r)
			cmd.Wait()
			outs <- string(out)
		}()
	}
	for _, stdin := range stdins {
		io.WriteString(stdin, "\n")
	}
	ends := []string{<-outs, <-outs} // the second one has its turn while the first one is still ending
	slices.Sort(ends)
	if !strings.HasPrefix(ends[0], "cannot take ") || ends[1] != "taken\n" {
		t.Errorf("%q", ends)
	}
}

// A lock on a directory that was renamed meanwhile is worth nothing: it is taken on the new one.
func TestSetAside(t *testing.T) {
	dir := sharedDir(t)
	release, err := acquire(dir, Exclusive, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	got := make(chan error)
	go func() {
		again, err := acquire(dir, Shared, time.Hour)
		if err == nil {
			_, err = os.Stat(dir)
			again()
		}
		got <- err
	}()
	if err := os.Rename(dir, dir+".aside"); err != nil {
		t.Fatal(err)
	}
	if err := <-got; err != nil { // on a new directory: the old one is still held
		t.Error(err)
	}
	release()
}

// What was opened and is not what the path names any more is not locked, whether it went before the lock or
// between the two calls that lock it: a directory that a clean has set aside, or the file in one.
func TestReplaced(t *testing.T) {
	for _, file := range []bool{false, true} {
		dir := sharedDir(t)
		w := waiter{dir: dir, mode: Exclusive, file: file}
		defer w.leave()
		var err error
		if w.lock, err = open(dir, file); err != nil {
			t.Fatal(err)
		}
		if file {
			err = os.Rename(w.lock.path, filepath.Join(dir, "old"))
		} else {
			err = errors.Join(os.Rename(dir, dir+".aside"), os.Mkdir(dir, 0o755))
		}
		if err != nil {
			t.Fatal(err)
		}
		release, err := w.try()
		if err != nil {
			t.Fatal(err)
		}
		other := waiter{dir: dir, mode: Exclusive, file: file}
		if again, err := other.try(); err == nil {
			again()
			t.Errorf("by a file: %t: two have the lock", file)
		}
		other.leave()
		release()
	}
}

func open(dir string, file bool) (*lockFile, error) { return openFor(true, dir, file) }

// Who cleans as root locks a folder in another user's directory, who may put a link in the place of the way to it.
// Where that leads nothing is made.
func TestTryAloneMakesNothing(t *testing.T) {
	elsewhere := t.TempDir()
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(elsewhere, link); err != nil {
		t.Skip(err)
	}
	release, free := TryAlone(filepath.Join(link, "mod.go-safe-clean-1"))
	if free {
		release()
	}
	if list, err := os.ReadDir(elsewhere); free || err != nil || len(list) > 0 {
		t.Errorf("free: %t; made: %v, %v", free, list, err)
	}
}

// While the directory comes and goes, as under a clean of plain go, it is still the directory that is locked,
// and not a file in it, which would keep nobody out. No look at the wrong moment is an error. (Without a pause
// between two removals a look could meet nothing else than wrong moments: no cleaner makes thousands of them in
// a row.)
func TestComesAndGoes(t *testing.T) {
	dir := sharedDir(t)
	end := time.Now().Add(time.Second / 2)
	stopped := make(chan struct{})
	defer func() { <-stopped }()
	go func() {
		defer close(stopped)
		for time.Now().Before(end) {
			os.Rename(dir, dir+".aside")
			os.RemoveAll(dir + ".aside")
			time.Sleep(rand.N(100 * time.Microsecond))
		}
	}()
	for time.Now().Before(end) {
		w := waiter{dir: dir, mode: Exclusive}
		release, err := w.try()
		if w.file || err != nil {
			t.Fatalf("by a file: %t, %v", w.file, err)
		}
		release()
	}
}

// Where the directory cannot be locked a file in it is: a link or a pipe in its place is refused, and does not block.
func TestFile(t *testing.T) {
	dir := sharedDir(t)
	l, err := open(dir, true)
	if err != nil {
		t.Fatal(err)
	}
	name := l.path
	if ok, err := l.try(Exclusive); !ok || err != nil || !l.current() {
		t.Fatal(ok, err)
	}
	if fi, err := os.Stat(name); err != nil || fi.Mode() != 0o644 {
		t.Errorf("%v, %v: want the rights of the directory", fi.Mode(), err)
	}
	os.Remove(name)
	if err := os.Symlink("/etc/passwd", name); err != nil {
		t.Fatal(err)
	}
	if _, err := open(dir, true); err == nil {
		t.Error("followed a link")
	}
	os.Remove(name)
	if err := syscall.Mkfifo(name, 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := open(dir, true); err == nil {
		t.Error("opened a pipe")
	}
}

// While go clean -modcache removes a cache, everybody may write to it. Another process finds the locked file then too.
func TestFileInClean(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "mod")
	if err := errors.Join(os.Mkdir(dir, 0o755), os.Chmod(dir, 0o755), os.Chmod(filepath.Dir(dir), 0o755)); err != nil {
		t.Fatal(err)
	}
	clean, err := open(dir, true)
	if err != nil {
		t.Fatal(err)
	}
	defer clean.release()
	if ok, err := clean.try(Exclusive); !ok || err != nil {
		t.Fatal(ok, err)
	}
	if err := os.Chmod(dir, 0o777); err != nil { // cmd/go/internal/modfetch.RemoveAll
		t.Fatal(err)
	}
	build, err := open(dir, true)
	if err != nil {
		t.Fatal(err)
	}
	defer build.release()
	if ok, err := build.try(Shared); ok || err != nil {
		t.Errorf("%s was locked beside %s: %t, %v", build.path, clean.path, ok, err)
	}
}

// Processes names who holds a lock and who waits.
func TestProcesses(t *testing.T) {
	if _, err := os.Stat("/proc/locks"); err != nil {
		t.Skip("this system does not tell who holds a lock")
	}
	dir := sharedDir(t)
	h := startHolder(t, command("hold", dir, "shared"))
	waiter := command("take", dir, "exclusive", "1h")
	if err := waiter.Start(); err != nil {
		t.Fatal(err)
	}
	var ps []Process
	for len(ps) < 2 {
		ps = Processes(dir)
	}
	for _, p := range ps {
		want := Process{PID: h.Process.Pid, Mode: Shared, UID: os.Geteuid()}
		if p.Waits {
			want = Process{PID: waiter.Process.Pid, Mode: Exclusive, Waits: true, UID: os.Geteuid()}
		}
		if age := time.Since(p.Since); age < 0 || age > time.Minute {
			t.Errorf("started %v ago", age)
		}
		if !strings.Contains(p.Command, " "+dir) && !strings.HasSuffix(p.Command, "…") {
			t.Errorf("command %q", p.Command)
		}
		p.Since, p.Command = time.Time{}, ""
		if p != want {
			t.Errorf("got %+v, want %+v", p, want)
		}
	}
	h.let()
	if err := waiter.Wait(); err != nil {
		t.Error(err)
	}
}

// BenchmarkUncontended is what a lock costs a command: to reach, under 50 µs.
func BenchmarkUncontended(b *testing.B) {
	dir := b.TempDir()
	for _, mode := range []Mode{Shared, Exclusive} {
		b.Run(mode.String(), func(b *testing.B) {
			for b.Loop() {
				release, err := acquire(dir, mode, time.Hour)
				if err != nil {
					b.Fatal(err)
				}
				release()
			}
		})
	}
}

// Package proc is the ground floor for processes.
//
// Run runs the programs that go-safe starts besides the user's go command: git, a version manager, a shell, a go
// command that it asks something. Each gets a session of its own, so it has a process group and no terminal. When
// Run returns, the whole group has ended. Package shim starts the user's go command; this package tells it which
// signals end a process, how to die of one, and how to make a child die with its parent.
//
// Ancestors, Builds and others tell facts of other processes from /proc. Windows tells of parents, names and times
// only, and other systems tell nothing.
package proc

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"sync"
	"syscall"
	"time"
)

// A Command is a program to run.
type Command struct {
	Path    string   // of the executable, absolute
	Name    string   // argv[0]; "" for Path
	Args    []string // argv[1:]
	Dir     string   // its working directory; "" for ours
	Environ []string

	// The streams; nil for /dev/null.
	Stdin          io.Reader
	Stdout, Stderr io.Writer

	Deadline time.Time // when Run stops it; zero for never

	// Last, if not nil, is called after Run has stopped the program because this process ends. It is for what the
	// caller would do afterwards: Run may not return then.
	Last func()
}

// ErrDeadline says that Run stopped a program at its deadline.
var ErrDeadline = errors.New("no answer in time")

// errShutdown says that Run stopped a program, or did not start it, because this process ends.
var errShutdown = errors.New("go-safe ends")

const (
	// grace is how long a program may take to end after the interrupt, before it is killed.
	grace = time.Second / 2

	// lag is how long Run reads output after the program's end, while one of its children holds the stream open.
	lag = time.Second / 5
)

// These belong to the whole process, as signals do: the doctor runs several programs at once, and all of them must
// end before it does.
var (
	running  sync.RWMutex // each Run holds a read lock
	shutdown = make(chan struct{})
	closing  = sync.OnceFunc(func() { close(shutdown) })
)

// Run runs the program to its end, and then ends the rest of its process group. The error is ErrDeadline if Run
// stopped it at its deadline, an *exec.ExitError if the program failed, else why it could not be started. Run gives
// a script without #! to a shell, as execvp(3) does.
//
// Run stops a program by an interrupt, and kills it half a second later. If the kernel does not let it die (a file
// server does not answer), Run leaves it behind after another half second.
//
// On Linux, FreeBSD and Windows the program dies with this process. When a signal comes that would end this process,
// Run stops the program, and then the process ends by that signal: Run does not return.
func Run(c Command) error {
	// The parent-death signal comes when the thread that forked ends, not the process (prctl(2)).
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	running.RLock()
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, Ending()...)
	sig, err := c.run(signals)
	signal.Stop(signals)
	select {
	case sig = <-signals: // it came after the program had ended
	default:
	}
	if sig != nil {
		closing()
	}
	if c.Last != nil && (sig != nil || errors.Is(err, errShutdown)) {
		c.Last()
	}
	running.RUnlock()
	if sig != nil {
		Shutdown()
		os.Exit(Die(sig)) // the only exit except main's: a signal ends a process wherever it is
	}
	return err
}

// Shutdown stops all programs that run, and lets none start. It is for a process that is about to end and did not
// wait for all of them.
func Shutdown() {
	closing()
	running.Lock()
}

// run runs the program to its end, and returns the signal that made it stop the program, if any.
func (c Command) run(signals <-chan os.Signal) (sig os.Signal, err error) {
	select {
	case <-shutdown:
		return nil, errShutdown
	default:
	}
	p, err := c.start()
	if err != nil {
		return nil, err
	}
	defer p.release()
	var deadline <-chan time.Time
	if !c.Deadline.IsZero() {
		timer := time.NewTimer(time.Until(c.Deadline))
		defer timer.Stop()
		deadline = timer.C
	}
	select {
	case <-p.ended:
		p.kill() // the rest of its group
		return nil, p.err
	case <-deadline:
		err = ErrDeadline
	case <-shutdown:
		err = errShutdown
	case sig = <-signals:
		err = errShutdown
	}
	p.stop()
	return sig, err
}

// A process is a program that runs.
type process struct {
	cmd   *exec.Cmd
	group group
	ended chan struct{} // closed when it has ended, with err
	err   error
}

// start starts the program.
func (c Command) start() (*process, error) {
	p := &process{cmd: c.cmd(c.Path, c.Name, c.Args), ended: make(chan struct{})}
	err := p.cmd.Start()
	if IsScript(c.Path, err) {
		p.cmd = c.cmd(Shell, "", append([]string{c.Path}, c.Args...))
		err = p.cmd.Start()
	}
	if err != nil {
		return nil, err
	}
	p.group = newGroup(p.cmd)
	go func() {
		defer close(p.ended)
		// A child that holds a stream open is no failure. It is killed with the group.
		if p.err = p.cmd.Wait(); errors.Is(p.err, exec.ErrWaitDelay) {
			p.err = nil
		}
	}()
	return p, nil
}

// IsScript reports whether a file that the system refused to run, with that error, is a script without #!, which
// shells run. A file with a zero byte in its first line is none: it is a program for another machine. bash decides
// so.
func IsScript(path string, err error) bool {
	if !errors.Is(err, syscall.ENOEXEC) {
		return false
	}
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	head := make([]byte, 80)
	n, _ := io.ReadFull(f, head)
	line, _, _ := bytes.Cut(head[:n], []byte("\n"))
	return n > 0 && !bytes.Contains(line, []byte{0})
}

func (c Command) cmd(path, name string, args []string) *exec.Cmd {
	cmd := exec.Command(path, args...)
	if name != "" {
		cmd.Args[0] = name
	}
	cmd.Dir, cmd.Env = c.Dir, append([]string{}, c.Environ...) // a nil Env would be this process's own
	cmd.Stdin, cmd.Stdout, cmd.Stderr = c.Stdin, c.Stdout, c.Stderr
	cmd.SysProcAttr, cmd.WaitDelay = session(), lag
	return cmd
}

// stop interrupts the whole group, and kills what is left of it after the grace.
func (p *process) stop() {
	over := time.Now().Add(grace)
	p.interrupt()
	p.wait(over)
	for p.left() && time.Now().Before(over) {
		time.Sleep(5 * time.Millisecond)
	}
	p.kill()
	p.wait(time.Now().Add(grace))
}

// wait waits for the program's end, until a given time.
func (p *process) wait(until time.Time) {
	timer := time.NewTimer(time.Until(until))
	defer timer.Stop()
	select {
	case <-p.ended:
	case <-timer.C:
	}
}

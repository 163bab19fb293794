// Package proc runs the programs that go-safe starts beside the go command it stands for: git, a version manager, a shell, a
// go command that is asked something. Each has a session of its own, and with it a process group and no terminal. When Run returns,
// the whole group has ended. Package shim starts the go command that the user asked for.
//
// It also has what both need: which signals end this process, how it dies of one, and how a child dies with it.
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

// A Command is a program to be run.
type Command struct {
	Path    string   // of the executable, absolute
	Name    string   // its argv[0]; Path where it is empty
	Args    []string // what follows the name
	Dir     string   // "" for the caller's
	Environ []string

	// Where one is nil the stream leads nowhere.
	Stdin          io.Reader
	Stdout, Stderr io.Writer

	Deadline time.Time // when it is stopped; zero for never

	// Last, where it is not nil, is called when the program was stopped because this process ends: Run's caller may not go on.
	Last func()
}

// ErrDeadline says that a program was stopped because its time was over.
var ErrDeadline = errors.New("no answer in time")

// errShutdown says that a program was stopped, or not started, because this process ends.
var errShutdown = errors.New("go-safe ends")

const (
	// grace is how long a program that was interrupted may take to end before it is killed.
	grace = time.Second / 2

	// lag is how long output is read after the program has ended, while something that it started holds the stream open.
	lag = time.Second / 5
)

// These belong to the process, as signals do: the doctor runs several programs at once, and all have to end before it does.
var (
	running  sync.RWMutex // read-locked by each Run
	shutdown = make(chan struct{})
	closing  = sync.OnceFunc(func() { close(shutdown) })
)

// Run runs the program to its end, and ends what is left of its process group. The error is ErrDeadline when its time was over, an
// *exec.ExitError when it failed, else why it could not be started. A script without #! is run by a shell, as execvp(3) does.
//
// A program that has to stop is interrupted first, and killed after half a second. One that the kernel does not let die (a server
// does not answer) is left behind after another half.
//
// Where the system can do it (Linux), the program dies with this process. A signal that would end this process ends the program
// first: Run does not return then.
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
	case sig = <-signals: // since then
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
		os.Exit(Die(sig)) // the only exit but main's: a signal ends a process wherever it is
	}
	return err
}

// Shutdown ends all programs that run, and lets none begin. It is for a process that is about to end and has not waited for all of them.
func Shutdown() {
	closing()
	running.Lock()
}

// run runs the program, and returns the signal that ended it.
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
	go func() {
		defer close(p.ended)
		// What holds a stream open after the program's end is ended with its group.
		if p.err = p.cmd.Wait(); errors.Is(p.err, exec.ErrWaitDelay) {
			p.err = nil
		}
	}()
	return p, nil
}

// IsScript reports whether a file that the system did not run, with that error, is one that shells run nevertheless: a
// script without #!. What has a zero byte in its first line is none, as for bash: a program for another machine.
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

// stop ends the group: those that an interrupt does not end in time by force.
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

// wait waits for the program's end, not longer than until the time given.
func (p *process) wait(until time.Time) {
	timer := time.NewTimer(time.Until(until))
	defer timer.Stop()
	select {
	case <-p.ended:
	case <-timer.C:
	}
}

package shim

import (
	"errors"
	"os"
	"os/signal"
	"runtime"
	"slices"
	"time"

	"github.com/go-safe/go-safe/internal/proc"
)

// A Status says how a command ended.
type Status struct {
	Code   int       // its exit status, where it exited
	Signal os.Signal // what killed it, else nil

	// Interrupted is true where a signal that ends go commands came while it ran, whatever it made of it.
	Interrupted bool
}

// Run starts the command as a child in this process group and waits for it. The child shares the standard
// streams and every inherited descriptor. Signals that the terminal sends to the whole group reach it once;
// those that somebody sends to this process are passed on. Where the system can do it (Linux), the child
// dies with this process. The error says why the command could not be started.
//
// Then Run calls the functions in c.Finish, while signals wait as Hold has it, and gives signals their own effect back. One that
// came too late for the child ends this process: Run does not return then.
func Run(c Command) (Status, error) {
	// The parent-death signal comes when the thread that forked ends, not the process (prctl(2)).
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()

	w := newWatch()
	if !proc.DiesWithUs {
		// Before the start: a signal in between must not end us and leave the child behind.
		w.catch()
	}
	child, err := start(c)
	if proc.IsScript(c.Path, err) {
		child, err = start(c.script())
	}
	if err != nil {
		signal.Stop(w.signals)
		return Status{}, &os.PathError{Op: "start", Path: c.Path, Err: err}
	}
	w.child = child
	begin := time.AfterFunc(begun, w.pass)
	if c.Meanwhile != nil {
		c.Meanwhile()
	}
	state, err := child.Wait()
	close(w.ended)
	if begin.Stop() {
		if proc.DiesWithUs && len(c.Finish) == 0 {
			return status(state), err // no signal was caught
		}
		go w.pass()
	}
	<-w.catching
	s := status(state)
	for _, f := range c.Finish {
		f(s)
	}
	w.finish()
	s.Interrupted = w.interrupted
	return s, err
}

// Hold calls do. A signal that would end this process ends it when do has returned, or after a second. It is for what is better
// finished than left in the middle; that do is then safe to leave there is its own affair, as of kill -9.
func Hold(do func()) {
	w := newWatch()
	close(w.ended)
	go w.pass()
	<-w.catching
	do()
	w.finish()
}

const (
	// begun is when a child is more than started. To catch signals takes threads: made at once, they would cost a command that ends
	// soon a third of a millisecond.
	begun = 2 * time.Millisecond

	// patience is how long a signal waits for what is done after the child's end.
	patience = time.Second
)

// A watch is for the signals that come while a child runs, and while what follows must not be cut off.
type watch struct {
	signals  chan os.Signal
	child    *os.Process
	ended    chan struct{} // closed when the child has ended
	catching chan struct{} // closed when signals are caught
	finished chan struct{} // closed when signals are to have their own effect again
	over     chan struct{} // closed when they have it

	interrupted bool // a signal came while the child ran; to be read when over is closed
}

func newWatch() *watch {
	return &watch{
		signals:  make(chan os.Signal, 16),
		ended:    make(chan struct{}),
		catching: make(chan struct{}),
		finished: make(chan struct{}),
		over:     make(chan struct{}),
	}
}

// catch has signals come to us, and tells from then on which of them a process sent.
func (w *watch) catch() {
	watchOrigin()
	signal.Notify(w.signals, passed()...)
}

// pass hands signals on to the child until it ends, and keeps them then until all is finished.
func (w *watch) pass() {
	defer close(w.over)
	// Where the child dies with us, a signal before this ends both, as it would have ended the go command so early: that one
	// catches INT and QUIT, and not before it runs a test or a program (base.StartSigHandlers of cmd/go).
	w.catch()
	close(w.catching)
	for {
		select {
		case sig := <-w.signals:
			w.take(sig)
		case <-w.finished:
			signal.Stop(w.signals)
			select {
			case sig := <-w.signals:
				w.take(sig)
			default:
			}
			return
		}
	}
}

// take passes a signal on. For one that came too late this process waits a little, and dies of it.
func (w *watch) take(sig os.Signal) {
	ends := slices.Contains(proc.Ending(), sig)
	select {
	case <-w.ended:
	default:
		w.interrupted = w.interrupted || ends
		if reached(sig) || !errors.Is(w.child.Signal(sig), os.ErrProcessDone) {
			return
		}
	}
	if !ends {
		return
	}
	select {
	case <-w.finished:
	case <-time.After(patience):
	}
	os.Exit(proc.Die(sig))
}

// finish gives signals their own effect back.
func (w *watch) finish() {
	close(w.finished)
	<-w.over
}

package shim

import (
	"errors"
	"os"
	"os/signal"
	"runtime"
	"slices"
	"sync/atomic"
	"time"

	"github.com/go-safe/go-safe/internal/proc"
)

// A Status says how a command ended.
type Status struct {
	Code   int       // its exit status, if it exited
	Signal os.Signal // the signal that killed it, else nil

	// Interrupted is true if a signal that ends go commands came while it ran, even if the signal did not end it.
	Interrupted bool
}

// Run starts the command as a child in this process group and waits for it. The child shares the standard
// streams and every inherited descriptor. A signal that the terminal sends to the whole group reaches it once;
// a signal that somebody sends only to this process is passed on. On systems that can do it (Linux,
// FreeBSD, Windows), the child dies with this process. The error says why the command could not be started.
//
// When the child has ended, Run calls the functions in c.OnExit. Signals wait meanwhile, as in DeferSignals. Then Run
// restores the normal effect of signals. If a signal came too late for the child, it ends this process now, and
// Run does not return.
func Run(c Command) (Status, error) {
	// The parent-death signal comes when the thread that forked ends, not the process (prctl(2)).
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()

	r := newSignalRelay()
	if c.Init || !proc.DiesWithUs {
		// Before the start, because a signal between the two must not end us and leave the child behind.
		r.catch()
	}
	child, err := start(c)
	if proc.IsScript(c.Path, err) {
		child, err = start(c.script())
	}
	if err != nil {
		signal.Stop(r.signals)
		return Status{}, &os.PathError{Op: "start", Path: c.Path, Err: err}
	}
	r.child = child
	if r.init = c.Init; r.init {
		child.reap()
	}
	later := time.AfterFunc(catchDelay, r.relay)
	if c.OnStart != nil {
		c.OnStart()
	}
	status, err := child.wait()
	close(r.ended)
	if later.Stop() { // the child ended before relay began
		if proc.DiesWithUs && len(c.OnExit) == 0 && !c.Init {
			return status, err // no signal was caught
		}
		go r.relay() // signals must still wait for c.OnExit
	}
	<-r.catching
	for _, f := range c.OnExit {
		f(status)
	}
	r.restore()
	status.Interrupted = r.endings.Load() > 0
	return status, err
}

// DeferSignals calls do. A signal that would end this process ends it when do has returned, or one second after the
// signal at the latest. Use it for work that should be finished once begun. Kill -9 still interrupts the work,
// so do must leave a sound state at every moment.
func DeferSignals(do func()) {
	r := newSignalRelay()
	close(r.ended)
	go r.relay()
	<-r.catching
	do()
	r.restore()
}

const (
	// catchDelay is how long after the start of the child we begin to catch signals. That needs threads, which
	// would cost a short command a third of a millisecond.
	catchDelay = 2 * time.Millisecond

	// finishLimit is how long a signal waits for the work that follows the child's end.
	finishLimit = time.Second
)

// A signalRelay handles the signals that come while a child runs, and during the work after it.
type signalRelay struct {
	signals  chan os.Signal
	child    *child
	ended    chan struct{} // closed when the child has ended
	catching chan struct{} // closed when signals are caught
	done     chan struct{} // closed when signals should have their normal effect again
	restored chan struct{} // closed when they have it

	init    bool         // as Command.Init
	endings atomic.Int32 // how many signals came that end go commands, while the child ran
}

func newSignalRelay() *signalRelay {
	return &signalRelay{
		signals:  make(chan os.Signal, 16),
		ended:    make(chan struct{}),
		catching: make(chan struct{}),
		done:     make(chan struct{}),
		restored: make(chan struct{}),
	}
}

// catch catches signals from now on, and notes which of them a process sent.
func (r *signalRelay) catch() {
	watchOrigin()
	signal.Notify(r.signals, forwardedSignals()...)
}

// relay forwards signals to the child. After the child's end a signal waits for OnExit, one second at most, and then
// ends this process.
func (r *signalRelay) relay() {
	defer close(r.restored)
	// If the child dies with us, a signal before this point ends both. It would have ended the go command, too: that
	// catches only INT and QUIT, and not before it runs a test or a program (cmd/go/internal/base.StartSigHandlers).
	r.catch()
	close(r.catching)
	for {
		select {
		case sig := <-r.signals:
			r.forward(sig)
		case <-r.done:
			signal.Stop(r.signals)
			select {
			case sig := <-r.signals:
				r.forward(sig)
			default:
			}
			return
		}
	}
}

// forward forwards a signal. If the child has ended already, it waits a second at most for the work after that,
// and then this process dies of the signal.
func (r *signalRelay) forward(sig os.Signal) {
	ends := slices.Contains(proc.Ending(), sig)
	select {
	case <-r.ended:
	default:
		if ends {
			r.endings.Add(1)
		}
		if reachedChild(sig) || !errors.Is(r.send(sig, ends), os.ErrProcessDone) {
			return
		}
	}
	if !ends {
		return
	}
	select {
	case <-r.done:
	case <-time.After(finishLimit):
	}
	os.Exit(proc.Die(sig))
}

// send sends a signal to the child, or as an init process to the programs below it.
func (r *signalRelay) send(sig os.Signal, ends bool) error {
	if r.init {
		return r.sendDown(sig, ends)
	}
	return r.child.signal(sig)
}

// restore restores the normal effect of signals.
func (r *signalRelay) restore() {
	close(r.done)
	<-r.restored
}

package shim

import (
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
// restores the normal effect of signals. If a signal came after the child's end, it ends this process now, and Run does
// not return. One that came before counts as received by the child, which says by its status what it did.
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
	if later.Stop() { // the child ended before relay began
		if proc.DiesWithUs && len(c.OnExit) == 0 && !c.Init {
			return status, err // no signal was caught
		}
		go r.relay() // signals must still wait for c.OnExit
	}
	<-r.catching
	r.childEnded()
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
	signal.Notify(r.late, forwardedSignals()...)
	go r.hold()
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
	signals  chan os.Signal // those that came while the child ran; closed after its end
	late     chan os.Signal // those that came after its end
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
		late:     make(chan os.Signal, 16),
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

// relay forwards signals to the child until it has ended, and then holds those that come.
func (r *signalRelay) relay() {
	// If the child dies with us, a signal before this point ends both. It would have ended the go command, too: that
	// catches only INT and QUIT, and not before it runs a test or a program (cmd/go/internal/base.StartSigHandlers).
	r.catch()
	close(r.catching)
	for sig := range r.signals {
		r.forward(sig)
	}
	r.hold()
}

// forward forwards a signal, if the child has not ended.
func (r *signalRelay) forward(sig os.Signal) {
	ends := endsGo(sig)
	if ends {
		r.endings.Add(1)
	}
	if !reachedChild(sig) {
		r.send(sig, ends) // an error says that it has ended
	}
}

// childEnded sends the signals that come from now on to late. Somebody may have sent one to the whole process group:
// the child can end of it before we hear of it. Then only the child's status says what the signal did, so it must not
// count as late.
func (r *signalRelay) childEnded() {
	signal.Notify(r.late, forwardedSignals()...)
	signal.Stop(r.signals) // waits until those that came are there
	for len(r.late) > 0 {
		r.forward(<-r.late) // it came at the same moment
	}
	close(r.ended)
	close(r.signals) // only now, because hold takes what is in late
}

// hold holds signals until done is closed, one second at most. Then a signal that ends go commands ends this process.
func (r *signalRelay) hold() {
	defer close(r.restored)
	for {
		select {
		case sig := <-r.late:
			if !endsGo(sig) {
				continue
			}
			select {
			case <-r.done:
			case <-time.After(finishLimit):
			}
			os.Exit(proc.Die(sig))
		case <-r.done:
			signal.Stop(r.late)
			close(r.late)
			for sig := range r.late {
				if endsGo(sig) {
					os.Exit(proc.Die(sig))
				}
			}
			return
		}
	}
}

// endsGo reports whether a signal ends go commands.
func endsGo(sig os.Signal) bool { return slices.Contains(proc.Ending(), sig) }

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

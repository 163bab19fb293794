package shim

import (
	"os"
	"os/signal"
	"runtime"
	"time"
)

// A Status says how a command ended.
type Status struct {
	Code   int       // its exit status, where it exited
	Signal os.Signal // what killed it, else nil
}

// Run starts the command as a child in this process group and waits for it. The child shares the standard
// streams and every inherited descriptor. Signals that the terminal sends to the whole group reach it once;
// those that somebody sends to this process are passed on. Where the system can do it (Linux), the child
// dies with this process. The error says why the command could not be started.
func Run(c Command) (Status, error) {
	// The parent-death signal comes when the thread that forked ends, not the process (prctl(2)).
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()

	signals := make(chan os.Signal, 16)
	if !diesWithUs {
		// Before the start: a signal in between must not end us and leave the child behind.
		signal.Notify(signals, caught()...)
	}
	child, err := start(c, false)
	if err != nil {
		return Status{}, &os.PathError{Op: "start", Path: c.Path, Err: err}
	}
	catching := make(chan struct{})
	passing := time.AfterFunc(begun, func() { pass(signals, child, catching) })
	if c.Meanwhile != nil {
		c.Meanwhile()
	}
	state, err := child.Wait()
	if !passing.Stop() {
		<-catching // or it would begin when the caller has given signals their own effect back
	}
	if err != nil {
		return Status{}, err
	}
	return status(state), nil
}

// begun is when a child is more than started. To catch signals takes threads: made at once, they would cost a command that ends soon a
// third of a millisecond.
const begun = 2 * time.Millisecond

// pass hands signals on until the process ends, and tells when it has begun to catch them. A child that is gone already needs none.
func pass(signals chan os.Signal, child *os.Process, catching chan struct{}) {
	if diesWithUs {
		// A signal before this ends us and with us the child, as it would have ended the go command so early: that one
		// catches INT and QUIT, and not before it runs a test or a program (base.StartSigHandlers of cmd/go).
		signal.Notify(signals, caught()...)
	}
	close(catching)
	for sig := range signals {
		if !reached(sig) {
			child.Signal(sig)
		}
	}
}

// RunFirst runs a command before the one that was asked for, with standard streams that lead nowhere, and tells nothing of how it
// ends. It ends with this process, however that happens. A signal that would have ended this process ends the command, and is returned
// for the caller to die of.
func RunFirst(c Command) os.Signal {
	runtime.LockOSThread() // see Run
	defer runtime.UnlockOSThread()
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, caught()...)
	child, err := start(c, true)
	if err == nil {
		ended := make(chan struct{})
		go func() {
			child.Wait()
			close(ended)
		}()
		select {
		case <-ended:
		case sig := <-signals:
			child.Kill()
			<-ended
			return sig
		}
	}
	signal.Stop(signals)
	select {
	case sig := <-signals:
		return sig
	default:
		return nil
	}
}

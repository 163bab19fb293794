package shim

import (
	"os"
	"slices"
	"syscall"
	"time"

	"github.com/go-safe/go-safe/internal/proc"
	"golang.org/x/sys/unix"
)

const (
	// lastWords is how long a go command may take to end after its program has ended by a signal: it has to print how
	// the program ended. A go test goes on with the next package, and then gets the signal too.
	lastWords = 300 * time.Millisecond

	programPoll = 10 * time.Millisecond
)

// sendDown sends a signal to the programs that the go command runs, and to the go command if there are none to which
// we may send it. If the signal ends programs, the go command gets it too when it goes on without them.
func (r *signalRelay) sendDown(sig os.Signal, ends bool) error {
	programs := proc.Programs(r.child.pid)
	if slices.Contains(programs, r.child.pid) {
		return r.child.signal(sig)
	}
	sent := false
	for _, pid := range programs {
		err := unix.Kill(pid, sig.(syscall.Signal))
		sent = sent || err != unix.EPERM // one that has ended meanwhile needs no signal
	}
	if !sent { // another user's: go run -exec sudo
		return r.child.signal(sig)
	}
	if ends {
		go r.sendAfter(programs, sig, r.endings.Load())
	}
	return nil
}

// sendAfter sends the n-th signal to the child if it still runs some time after these programs have ended. The next
// signal takes over: a program may get many before it ends, as a server that reads its settings at each SIGHUP.
func (r *signalRelay) sendAfter(programs []int, sig os.Signal, n int32) {
	for slices.ContainsFunc(programs, func(pid int) bool { return !proc.Ended(pid) }) {
		time.Sleep(programPoll)
		if r.endings.Load() != n {
			return
		}
	}
	select {
	case <-r.ended:
	case <-time.After(lastWords):
		r.child.signal(sig)
	}
}

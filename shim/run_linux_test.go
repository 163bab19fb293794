package shim

import (
	"os"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"
)

// A signal that came before the child's end counts as received by the child, even if it is still on its way from the
// runtime to us. As a late one it would end this process.
func TestSignalBeforeEnd(t *testing.T) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	for range 200 {
		r := newSignalRelay()
		r.child = &child{ended: true}
		go r.relay()
		<-r.catching
		// A signal to the thread that sends it is handled before the call returns.
		if err := unix.Tgkill(os.Getpid(), unix.Gettid(), unix.SIGTERM); err != nil {
			t.Fatal(err)
		}
		r.childEnded()
		r.restore()
		if r.endings.Load() == 0 {
			t.Fatal("no signal came while the child ran")
		}
	}
}

package main

import (
	"time"

	"github.com/go-safe/go-safe/rights"
)

// showProgress draws how far a walk is, on a terminal and if it takes longer than a moment, until stop is called.
func showProgress(say printer, m *rights.Meter) (stop func()) {
	b := newBar(say.w, "percent done:", 100)
	done, gone := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(gone)
		defer b.erase()
		for {
			select {
			case <-done:
				return
			case <-time.After(300 * time.Millisecond):
				b.show(int(m.Done() * 100))
			}
		}
	}()
	return func() {
		close(done)
		<-gone
	}
}

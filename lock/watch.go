package lock

import "time"

// interval is how often Watch looks.
const interval = time.Second / 2

// Watch looks twice a second whether a child of this process waits for a lock file of its own, which the go
// command does in silence (F43, golang.org/issue/33543), and tells after a second for which file and for whom;
// again after ten, and each minute. It goes on until stop is called. Where the system does not tell, it does
// nothing.
func Watch(tell func(path string, blockers []Process)) (stop func()) {
	done := make(chan struct{})
	// No goroutine until there can be something to see: it would cost each short command a thread.
	first := time.AfterFunc(interval, func() { watch(done, tell) })
	return func() {
		first.Stop()
		close(done)
	}
}

// watch keeps one wait in mind: a go command that waits for several files has the same holder most of the time.
func watch(done <-chan struct{}, tell func(string, []Process)) {
	tick := time.NewTicker(interval)
	defer tick.Stop()
	var seen blocked
	var since reminder
	for {
		b := blockedChild()
		if b != seen {
			seen, since = b, reminder{since: time.Now()}
		} else if b != (blocked{}) && since.due() {
			tell(b.path(), b.holders())
		}
		select {
		case <-done:
			return
		case <-tick.C:
		}
	}
}

// A reminder says when it is time to tell of a wait: after a second, ten, and each minute.
type reminder struct {
	since time.Time
	told  int
}

func (r *reminder) due() bool {
	times := []time.Duration{time.Second, 10 * time.Second}
	next := time.Duration(r.told-len(times)+1) * time.Minute
	if r.told < len(times) {
		next = times[r.told]
	}
	if time.Since(r.since) < next {
		return false
	}
	r.told++
	return true
}

package lock

import "time"

// pollInterval is how often this package looks at other processes.
const pollInterval = time.Second / 2

// Watch looks twice a second whether a child of this process waits for a lock file of its own, as the go command
// does without a word (golang.org/issue/33543). It calls tell with the file and its holders: after a second, after
// ten, and then once a minute. It goes on until stop is called. On other systems than Linux it does nothing.
func Watch(tell func(path string, blockers []Process)) (stop func()) {
	done := make(chan struct{})
	// The goroutine starts only when there can be something to see. It would cost each short command a thread.
	first := time.AfterFunc(pollInterval, func() { watch(done, tell) })
	return func() {
		first.Stop()
		close(done)
	}
}

// watch remembers one wait. If the go command waits for several files, most of the time one process holds them all.
func watch(done <-chan struct{}, tell func(string, []Process)) {
	tick := time.NewTicker(pollInterval)
	defer tick.Stop()
	var seen blockedChild
	var r reminder
	for {
		b := findBlockedChild()
		if b != seen {
			seen, r = b, reminder{since: time.Now()}
		} else if b != (blockedChild{}) && r.due() {
			tell(b.path(), b.holders())
		}
		select {
		case <-done:
			return
		case <-tick.C:
		}
	}
}

// A reminder says when to tell of a wait: after a second, after ten, and then once a minute.
type reminder struct {
	since time.Time
	told  int // how often
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

package modverify

import (
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/go-safe/go-safe/internal/gomod"
	"github.com/go-safe/go-safe/internal/modcache"
)

// A Result is what was found about an entry.
type Result struct {
	Entry    Entry
	Findings []Finding
	Busy     bool  // a go command works on it: there are no findings
	Err      error // why it could not be examined, or not be repaired

	zipIsRight bool // all else can be made from the zip file
}

// Verify compares the entries with sums and with their own hashes, as many at a time as there are processors.
// It changes nothing. The results have the order of the entries. Verify calls tell as it goes on, with the
// bytes of zip files that it has read and those of all; an entry without a zip file counts for one byte.
func (c *Cache) Verify(entries []Entry, sums gomod.Sums, tell func(done, all int64)) []Result {
	results := make([]Result, len(entries))
	var done, all int64
	for _, e := range entries {
		all += e.weight()
	}
	var next atomic.Int64
	var telling sync.Mutex
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			var h hasher
			for i := next.Add(1) - 1; i < int64(len(entries)); i = next.Add(1) - 1 {
				left := entries[i].weight()
				h.read = func(n int64) {
					n = min(n, left) // what seems to be damaged is read twice
					left -= n
					telling.Lock()
					defer telling.Unlock()
					done += n
					tell(done, all)
				}
				results[i] = c.examine(entries[i], sums, &h)
				h.read(left)
			}
		})
	}
	workers.Wait()
	return results
}

// weight is what the entry counts for in the progress of Verify.
func (e *Entry) weight() int64 { return max(e.size, 1) }

// examine finds out what is wrong with an entry. It looks at one that seems to be damaged once more under the
// go command's lock: what is being downloaded or extracted is not whole either.
func (c *Cache) examine(e Entry, sums gomod.Sums, h *hasher) Result {
	if e.scratch != "" {
		return c.examineScratch(e)
	}
	ev, err := c.gather(&e, h)
	if err != nil {
		return Result{Entry: e, Err: err}
	}
	found := c.findings(&e, ev, sums)
	if len(found) == 0 || c.download == nil {
		return Result{Entry: e, Findings: found}
	}
	release, err := c.lock(&e, false)
	if err != nil {
		return c.notLocked(e, err)
	}
	defer release()
	if ev, err = c.gather(&e, h); err != nil {
		return Result{Entry: e, Err: err}
	}
	return Result{
		Entry:      e,
		Findings:   c.findings(&e, ev, sums),
		zipIsRight: ev.zip != nil && ev.zip.hash() == ev.expectedHash(sums[e.Version]),
	}
}

// notLocked is the result for an entry that seems to be damaged and cannot be locked.
func (c *Cache) notLocked(e Entry, err error) Result {
	if err == modcache.ErrLocked {
		return Result{Entry: e, Busy: true}
	}
	where := c.path(modcache.Downloads)
	if e.scratch == "" {
		where = c.path(e.Folder())
	}
	return Result{Entry: e, Err: inFull(where, err)}
}

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-safe/go-safe/cmd/go-safe-cache/internal/bundle"
	"github.com/go-safe/go-safe/cmd/go-safe-cache/internal/gocache"
	"github.com/go-safe/go-safe/cmd/go-safe-cache/internal/store"
)

// parallel is how many parts are on their way at once. A round trip and a decompression then hide each other.
const parallel = 6

func (c *command) pull(ctx context.Context) error {
	start := time.Now()
	p, err := c.project(ctx)
	if err != nil {
		return err
	}
	c.tellPush()
	var fetching atomic.Pointer[wants]
	defer c.progress(func() string {
		if w := fetching.Load(); w != nil {
			done, all := megabytes(w.bytes.Load()), megabytes(w.size())
			return fmt.Sprintf("%.1f of %.1f MB from %s", done, all, c.settings.shown)
		}
		return "asking " + c.settings.shown
	})()
	f, err := c.find(ctx, p)
	if err != nil {
		return err
	}
	d, err := gocache.Open(p.gocache)
	if err != nil {
		return err
	}
	defer d.Close()
	if f == nil {
		c.say("pull: %s has no bundle for this build", c.settings.shown)
		notePulled(p, start)
		return nil
	}
	outlive(f.manifest, start)
	w := newWants(d, f.manifest, start)
	fetching.Store(w)
	if err := c.fetch(ctx, w); err != nil {
		return err
	}
	c.say("pull: %d of %d entries from commit %s, %d parts, %.1f MB, %v", w.placed.Load(), len(f.manifest.Actions),
		oneLine(fmt.Sprintf("%.12s", f.head.Commit)), len(w.parts), megabytes(w.bytes.Load()+f.size),
		time.Since(start).Round(time.Millisecond))
	notePulled(p, start)
	return nil
}

// outlive gives entries that were used long ago one more day. In a new GOCACHE the first go command removes all that it
// did not use and that nobody used for five days, so go vet ./x would leave nothing of an old bundle for go build ./...
// When a result was made, which go clean -testcache goes by, stays as it was.
func outlive(m *bundle.Manifest, now time.Time) {
	least := now.Add(24*time.Hour - trimmed)
	for i := range m.Actions {
		m.Actions[i].Used = later(m.Actions[i].Used, least)
	}
	for i := range m.Outputs {
		m.Outputs[i].Used = later(m.Outputs[i].Used, least)
	}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// wants is what a bundle has and GOCACHE has not.
type wants struct {
	d       *gocache.Dir
	m       *bundle.Manifest
	ready   []bundle.Action         // their outputs are in GOCACHE
	actions map[int][]bundle.Action // by the index of their output
	parts   map[int][]int           // outputs to be fetched, in order, by the index of their part
	placed  atomic.Int64            // actions
	bytes   atomic.Int64            // fetched
}

func newWants(d *gocache.Dir, m *bundle.Manifest, now time.Time) *wants {
	w := &wants{d: d, m: m, actions: map[int][]bundle.Action{}, parts: map[int][]int{}}
	has := map[int]bool{}
	for _, a := range m.Actions {
		// The future would outlive each "go clean -testcache".
		if a.Time.After(now.Add(time.Hour)) || d.HasAction(a.ID) {
			continue
		}
		o := m.Outputs[a.Output]
		if _, looked := has[a.Output]; !looked {
			has[a.Output] = d.Has(o.ID, o.Size, o.Exec)
		}
		if has[a.Output] {
			w.ready = append(w.ready, a)
		} else {
			w.actions[a.Output] = append(w.actions[a.Output], a)
		}
	}
	for i, o := range m.Outputs {
		if len(w.actions[i]) > 0 {
			w.parts[o.Part] = append(w.parts[o.Part], i)
		}
	}
	return w
}

// size is how many bytes are to be fetched.
func (w *wants) size() (size int64) {
	for part := range w.parts {
		size += w.m.Parts[part].Size
	}
	return size
}

// share is how much of the content that is to be fetched GOCACHE lacks: a part is fetched whole.
func (w *wants) share() float64 {
	var lacks, all int64
	for part, outputs := range w.parts {
		all += w.m.Parts[part].Raw
		for _, i := range outputs {
			lacks += w.m.Outputs[i].Size
		}
	}
	if all == 0 {
		return 1
	}
	return float64(lacks) / float64(all)
}

func megabytes(n int64) float64 { return float64(n) / 1e6 }

// fetch gets the parts. An action is written when its output is there, so an end at any moment leaves GOCACHE whole.
// A part that is missing or damaged costs its own entries only. A GOCACHE that cannot be written to ends all.
func (c *command) fetch(ctx context.Context, w *wants) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	if err := w.place(w.ready); err != nil {
		return err
	}
	var (
		group sync.WaitGroup
		slots = make(chan struct{}, parallel)
		mu    sync.Mutex
	)
	for part, outputs := range w.parts {
		group.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			err := c.fetchPart(ctx, w, part, outputs)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil || ctx.Err() != nil:
			case damaged(err):
				c.warn(fmt.Errorf("a part of a bundle: %w", err))
			default:
				cancel(err)
			}
		})
	}
	group.Wait()
	return context.Cause(ctx)
}

// damaged reports whether an error says that the store has something else than the bundle promises.
func damaged(err error) bool {
	return errors.Is(err, gocache.ErrContent) || errors.Is(err, bundle.ErrTooLong) || errors.Is(err, errPart)
}

// errPart is an error in the form of a part, or its end where there should be more.
var errPart = errors.New("truncated or altered")

func (c *command) fetchPart(ctx context.Context, w *wants, part int, indexes []int) error {
	p := w.m.Parts[part]
	name := bundle.PartName(p.Sum)
	body, err := c.settings.store.Get(ctx, name)
	if errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("%s is missing (%w)", name, errPart)
	}
	if err != nil {
		return err
	}
	defer body.Close()
	outputs := make([]bundle.Output, len(indexes))
	for i, index := range indexes {
		outputs[i] = w.m.Outputs[index]
	}
	next := 0
	var local error // of GOCACHE
	err = bundle.ReadPart(&counting{body, &w.bytes}, p, outputs, func(o bundle.Output, r io.Reader) error {
		from := &remembering{r: r}
		err := w.d.PutOutput(o.ID, o.Size, o.Exec, o.Used, from)
		if err == nil {
			err = w.place(w.actions[indexes[next]])
		} else if cleaned(err) && from.err == nil {
			err = nil
		}
		if err != nil && from.err == nil && !errors.Is(err, gocache.ErrContent) {
			local = err
		}
		next++
		return err
	})
	switch {
	case err == nil:
		return nil
	case local != nil:
		return local
	case ctx.Err() != nil:
		return ctx.Err()
	case damaged(err):
		return fmt.Errorf("%s: %w", name, err)
	}
	return fmt.Errorf("%s: %w: %w", name, errPart, err)
}

// place writes actions whose output is in GOCACHE.
func (w *wants) place(actions []bundle.Action) error {
	for _, a := range actions {
		o := w.m.Outputs[a.Output]
		action := gocache.Action{ID: a.ID, Output: o.ID, Size: o.Size, Time: a.Time}
		switch err := w.d.PutAction(action, a.Used); {
		case err == nil:
			w.placed.Add(1)
		case !cleaned(err):
			return err
		}
	}
	return nil
}

// cleaned reports whether "go clean -cache" has removed what was just being written. Then it is to be missing.
func cleaned(err error) bool { return errors.Is(err, fs.ErrNotExist) }

// counting counts the bytes that are read.
type counting struct {
	io.Reader
	n *atomic.Int64
}

func (c *counting) Read(b []byte) (int, error) {
	n, err := c.Reader.Read(b)
	c.n.Add(int64(n))
	return n, err
}

// remembering knows whether reading failed, so that an error of GOCACHE can be told from one of the store.
type remembering struct {
	r   io.Reader
	err error
}

func (r *remembering) Read(b []byte) (int, error) {
	n, err := r.r.Read(b)
	if err != nil {
		r.err = err
	}
	return n, err
}

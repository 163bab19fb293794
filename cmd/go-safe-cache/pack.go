package main

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/go-safe/go-safe/cmd/go-safe-cache/internal/bundle"
	"github.com/go-safe/go-safe/cmd/go-safe-cache/internal/gocache"
)

const (
	partSize   = 32 << 20 // uncompressed; about 9 MB compressed
	smallPart  = 4 << 20
	smallParts = 8 // so many small parts may stay, before they are packed again as one
)

// sent is what is in the store, for the bundle that is being made.
type sent struct {
	parts []bundle.Part
	at    map[gocache.ID]place
	count int   // new parts
	bytes int64 // of them
}

// pack keeps the parts of the old bundle that are worth it, and puts the other outputs into new parts. At three
// quarters of the time that is left it stops, so that what is in the store by then can be published: otherwise a slow
// network would never have a first bundle.
func (c *command) pack(ctx context.Context, d *gocache.Dir, p *project, n *plan, base *found) (*sent, error) {
	s := &sent{at: map[gocache.ID]place{}}
	if err := c.keep(ctx, d, n, base, s); err != nil {
		return nil, err
	}
	made := n.made()
	var todo []gocache.ID
	for id := range n.outputs {
		if _, kept := s.at[id]; !kept {
			todo = append(todo, id)
		}
	}
	slices.SortFunc(todo, func(a, b gocache.ID) int {
		if order := made[a].Compare(made[b]); order != 0 {
			return order
		}
		return slices.Compare(a[:], b[:])
	})
	early := ctx
	if deadline, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		early, cancel = context.WithDeadline(ctx, time.Now().Add(time.Until(deadline)*3/4))
		defer cancel()
	}
	err := c.sendAll(early, source{d, p.private}, n, todo, s)
	if err != nil && early.Err() != nil && ctx.Err() == nil {
		c.say("push: not all was sent in time; the next push sends the rest")
		c.partly = true
		err = nil
	}
	return s, err
}

// keep decides which parts of the old bundle stay. A part goes if half of it is not used any more, and small ones go
// if there are many, but only if GOCACHE has all that is used of it. What the store has lost is packed again too.
func (c *command) keep(ctx context.Context, d *gocache.Dir, n *plan, base *found, s *sent) error {
	if base == nil {
		return nil
	}
	old := base.manifest
	live := make([]int64, len(old.Parts))
	local := make([]bool, len(old.Parts))
	for i := range local {
		local[i] = true
	}
	for _, o := range old.Outputs {
		if _, used := n.outputs[o.ID]; used {
			live[o.Part] += o.Size
			local[o.Part] = local[o.Part] && d.Has(o.ID, o.Size, o.Exec)
		}
	}
	small := 0
	for i, p := range old.Parts {
		if live[i] > 0 && p.Raw < smallPart {
			small++
		}
	}
	there := make([]bool, len(old.Parts))
	errs := make([]error, len(old.Parts))
	var asked sync.WaitGroup
	for i, p := range old.Parts {
		again := live[i]*2 < p.Raw || p.Raw < smallPart && small > smallParts
		if live[i] == 0 || again && local[i] {
			continue
		}
		asked.Go(func() { there[i], errs[i] = c.settings.store.Has(ctx, bundle.PartName(p.Sum)) })
	}
	asked.Wait()
	index := make([]int, len(old.Parts))
	for i, p := range old.Parts {
		if there[i] {
			index[i] = len(s.parts)
			s.parts = append(s.parts, p)
		}
	}
	for id, at := range n.at {
		if _, used := n.outputs[id]; used && there[at.part] {
			s.at[id] = place{index[at.part], at.offset}
		}
	}
	return errors.Join(errs...)
}

// sendAll packs and sends the outputs, several parts at once.
func (c *command) sendAll(ctx context.Context, from source, n *plan, todo []gocache.ID, s *sent) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var (
		group sync.WaitGroup
		slots = make(chan struct{}, parallel)
		mu    sync.Mutex
	)
	for len(todo) > 0 && ctx.Err() == nil {
		part, object, at, rest, err := from.pack(n, todo)
		if err != nil {
			return err
		}
		todo = rest
		if len(at) == 0 {
			continue
		}
		slots <- struct{}{}
		group.Go(func() {
			defer func() { <-slots }()
			fresh, err := c.send(ctx, part, object)
			if err != nil {
				cancel(err)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			for id, offset := range at {
				s.at[id] = place{len(s.parts), offset}
			}
			s.parts = append(s.parts, part)
			if fresh {
				s.count++
				s.bytes += part.Size
			}
		})
	}
	group.Wait()
	return context.Cause(ctx)
}

// send puts a part into the store, unless an earlier push that was not finished has done so.
func (c *command) send(ctx context.Context, part bundle.Part, object []byte) (fresh bool, err error) {
	name := bundle.PartName(part.Sum)
	has, err := c.settings.store.Has(ctx, name)
	if err != nil || has {
		return false, err
	}
	return true, c.settings.store.Put(ctx, name, object)
}

// source is where outputs come from, and which of them stay there.
type source struct {
	d       *gocache.Dir
	private private
}

// pack fills one part. What GOCACHE has lost meanwhile, or holds damaged, is left out, and so is what is private.
func (from source) pack(n *plan, todo []gocache.ID) (part bundle.Part, object []byte, at map[gocache.ID]int64,
	rest []gocache.ID, err error) {
	w := bundle.NewPartWriter()
	at = map[gocache.ID]int64{}
	for len(todo) > 0 {
		o := n.outputs[todo[0]]
		if w.Raw() > 0 && w.Raw()+o.Size > partSize {
			break
		}
		todo = todo[1:]
		content, err := from.d.Output(o.ID)
		if err != nil || int64(len(content)) != o.Size || from.private.in(content) {
			continue
		}
		offset, err := w.Add(content)
		if err != nil {
			return part, nil, nil, nil, err
		}
		at[o.ID] = offset
	}
	part, object, err = w.Close()
	return part, object, at, todo, err
}

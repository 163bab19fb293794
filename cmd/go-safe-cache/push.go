package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/go-safe/go-safe/cmd/go-safe-cache/internal/bundle"
	"github.com/go-safe/go-safe/cmd/go-safe-cache/internal/gocache"
	"golang.org/x/mod/sumdb/note"
)

var errReadOnly = errors.New("nothing may be written to the store; set GOSAFE_CACHE_WRITE=1")

func (c *command) push(ctx context.Context) error {
	if !c.settings.write {
		return errReadOnly
	}
	if len(c.settings.keys) > 0 && c.settings.signer == nil {
		return errors.New("GOSAFE_CACHE_KEYS is set, so nobody would use what is pushed without GOSAFE_CACHE_SIGN")
	}
	if s := c.settings; len(s.keys) > 0 && !slices.ContainsFunc(s.keys, func(k note.Verifier) bool {
		return k.Name() == s.signer.Name() && k.KeyHash() == s.signer.KeyHash()
	}) {
		return fmt.Errorf("GOSAFE_CACHE_SIGN has the key %q, which is not in GOSAFE_CACHE_KEYS: add its public key there",
			s.signer.Name())
	}
	p, err := c.project(ctx)
	if err != nil {
		return err
	}
	c.behind = isBehind(p)
	noteBehind(p, true)
	err = c.pushFor(ctx, p)
	if err == nil && !c.partly {
		noteBehind(p, false)
	}
	return err
}

func (c *command) pushFor(ctx context.Context, p *project) error {
	start := time.Now()
	if p.private.in([]byte(p.key.Module)) {
		c.say("push: %s is a private module, so nothing is pushed", p.key.Module)
		return nil
	}
	base, err := c.find(ctx, p)
	if err != nil {
		return err
	}
	d, err := gocache.Open(p.gocache)
	if err != nil {
		return err
	}
	defer d.Close()
	next, added := c.next(d, p, base)
	if len(next.actions) == 0 || added == 0 && base != nil && base.head.Commit == p.commit() {
		c.say("push: nothing new")
		return nil
	}
	sent, err := c.pack(ctx, d, p, next, base)
	if err != nil {
		return err
	}
	m := next.manifest(sent)
	if len(m.Actions) == 0 {
		return errors.New("nothing could be sent in time")
	}
	if err := c.publish(ctx, p, m); err != nil {
		return err
	}
	c.say("push: %d new entries of %d, %d new parts, %.1f MB, %v", added, len(next.actions), sent.count,
		megabytes(sent.bytes), time.Since(start).Round(time.Millisecond))
	return nil
}

// publish puts the bundle under the name of its commit and of its branch. All parts are in the store already.
func (c *command) publish(ctx context.Context, p *project, m *bundle.Manifest) error {
	head := bundle.Head{Key: p.key, Commit: p.commit(), Branch: p.branch, Time: time.Now().UTC()}
	object, err := bundle.Encode(head, m, c.settings.signer)
	if err != nil {
		return err
	}
	if head.Commit != "" {
		if err := c.settings.store.Put(ctx, p.key.CommitName(head.Commit), object); err != nil {
			return err
		}
	}
	if head.Branch != "" {
		return c.settings.store.Put(ctx, p.key.BranchName(head.Branch), object)
	}
	return nil
}

// plan is the bundle that a push is about to make: actions, and the outputs that they need.
type plan struct {
	actions map[gocache.ID]bundle.Action // their index of an output is not set
	output  map[gocache.ID]gocache.ID    // of an action
	outputs map[gocache.ID]bundle.Output // their part is not set
	at      map[gocache.ID]place         // where outputs of the old bundle are
}

type place struct {
	part   int
	offset int64
}

// sinceTime is from when on uses count: from the last pull on, if an earlier push has not sent all.
func (c *command) sinceTime(p *project) time.Time {
	if !c.since.IsZero() && !c.behind {
		return c.since
	}
	since, ok := readPulled(p.gocache)[p.key.Name()]
	if !ok {
		since = time.Now().Add(-24 * time.Hour)
	}
	if !c.since.IsZero() && c.since.Before(since) {
		return c.since
	}
	return since
}

// next plans the bundle of this commit: what was used since the last pull, and what the bundle of the same commit has
// from others. It returns how many actions are new.
//
// The go command notes the use of an entry once an hour. So what was used in the hour before counts too, but only if
// it is in the old bundle: anything else may be of another project.
func (c *command) next(d *gocache.Dir, p *project, base *found) (*plan, int) {
	n := &plan{map[gocache.ID]bundle.Action{}, map[gocache.ID]gocache.ID{}, map[gocache.ID]bundle.Output{},
		map[gocache.ID]place{}}
	old := map[gocache.ID]gocache.ID{}
	if base != nil {
		for _, o := range base.manifest.Outputs {
			n.at[o.ID] = place{o.Part, o.Offset}
		}
		for _, a := range base.manifest.Actions {
			o := base.manifest.Outputs[a.Output]
			old[a.ID] = o.ID
			if base.head.Commit == p.commit() {
				n.add(a, o)
			}
		}
	}
	added := 0
	since := c.sinceTime(p)
	c.warn(d.Each(since.Add(-time.Hour), func(u gocache.Used) {
		out, has := old[u.ID]
		if u.ActionUsed.Before(since) && !has || u.Size > bundle.MaxOutput {
			return
		}
		if out != u.Output {
			added++
		}
		n.add(bundle.Action{ID: u.ID, Time: u.Time, Used: u.ActionUsed},
			bundle.Output{ID: u.Output, Size: u.Size, Used: u.OutputUsed, Exec: u.Exec})
	}))
	return n, added
}

func (n *plan) add(a bundle.Action, o bundle.Output) {
	n.actions[a.ID] = a
	n.output[a.ID] = o.ID
	n.outputs[o.ID] = o
}

// manifest names the parts of sent, and what is in them.
func (n *plan) manifest(sent *sent) *bundle.Manifest {
	m := &bundle.Manifest{Parts: sent.parts}
	for id, at := range sent.at {
		o := n.outputs[id]
		o.Part, o.Offset = at.part, at.offset
		m.Outputs = append(m.Outputs, o)
	}
	slices.SortFunc(m.Outputs, func(a, b bundle.Output) int {
		// An empty output begins where the next one does.
		return cmp.Or(cmp.Compare(a.Part, b.Part), cmp.Compare(a.Offset, b.Offset), cmp.Compare(a.Size, b.Size))
	})
	index := map[gocache.ID]int{}
	for i, o := range m.Outputs {
		index[o.ID] = i
	}
	for id, a := range n.actions {
		if i, ok := index[n.output[id]]; ok {
			a.Output = i
			m.Actions = append(m.Actions, a)
		}
	}
	slices.SortFunc(m.Actions, func(a, b bundle.Action) int { return slices.Compare(a.ID[:], b.ID[:]) })
	return m
}

// made is when each output was made: the time of its oldest action. Outputs of one age get into one part, so that a
// machine that has the old ones does not fetch them with the new ones.
func (n *plan) made() map[gocache.ID]time.Time {
	made := map[gocache.ID]time.Time{}
	for id, a := range n.actions {
		out := n.output[id]
		if t, ok := made[out]; !ok || a.Time.Before(t) {
			made[out] = a.Time
		}
	}
	return made
}

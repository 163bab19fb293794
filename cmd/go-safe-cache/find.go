package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/go-safe/go-safe/cmd/go-safe-cache/internal/bundle"
	"github.com/go-safe/go-safe/cmd/go-safe-cache/internal/store"
)

// found is a bundle in the store.
type found struct {
	head     bundle.Head
	manifest *bundle.Manifest
	size     int64
}

// candidate is a name under which a bundle may be, and what its head must then say.
type candidate struct{ name, commit, branch string }

func (p *project) candidates() []candidate {
	var all []candidate
	for _, commit := range p.commits {
		all = append(all, candidate{name: p.key.CommitName(commit), commit: commit})
	}
	for _, branch := range p.branches {
		all = append(all, candidate{name: p.key.BranchName(branch), branch: branch})
	}
	return all
}

// find returns the first bundle of the candidates that can be trusted, or nil. While it gets the first one, it asks
// for the others: a bundle of another commit takes one more round trip, not twenty.
func (c *command) find(ctx context.Context, p *project) (*found, error) {
	all := p.candidates()
	there := make([]bool, len(all))
	errs := make([]error, len(all))
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var asked sync.WaitGroup
	for i := range all[1:] {
		asked.Go(func() { there[i+1], errs[i+1] = c.settings.store.Has(ctx, all[i+1].name) })
	}
	f, err := c.get(ctx, p, all[0])
	if f != nil || err != nil && !errors.Is(err, errBundle) {
		cancel()
		asked.Wait()
		return f, err
	}
	c.warn(err)
	asked.Wait()
	for i, candidate := range all {
		if errs[i] != nil {
			return nil, errs[i]
		}
		if !there[i] {
			continue
		}
		f, err := c.get(ctx, p, candidate)
		if f != nil || err != nil && !errors.Is(err, errBundle) {
			return f, err
		}
		c.warn(err)
	}
	return nil, nil
}

// errBundle says that an object is not the bundle that was asked for. Another one may be good.
var errBundle = errors.New("ignored a bundle")

// get gets one bundle. It returns nil and no error if there is none.
func (c *command) get(ctx context.Context, p *project, want candidate) (*found, error) {
	body, err := c.settings.store.Get(ctx, want.name)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer body.Close()
	object, err := io.ReadAll(io.LimitReader(body, bundle.MaxObject+1))
	if err != nil {
		return nil, err
	}
	head, manifest, err := bundle.Decode(object, c.settings.keys)
	switch {
	case len(object) > bundle.MaxObject:
		err = bundle.ErrTooLong
	case err != nil:
	case head.Key != p.key:
		err = errors.New("it belongs to another module, Go version, platform or flags")
	case want.commit != "" && head.Commit != want.commit:
		err = errors.New("it belongs to another commit")
	case want.branch != "" && head.Branch != want.branch:
		err = errors.New("it belongs to another branch")
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %s/%s: %w", errBundle, c.settings.shown, want.name, err)
	}
	return &found{head, manifest, int64(len(object))}, nil
}

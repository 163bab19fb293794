package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/go-safe/go-safe/cmd/go-safe-cache/internal/bundle"
	"github.com/go-safe/go-safe/cmd/go-safe-cache/internal/gocache"
	"github.com/go-safe/go-safe/cmd/go-safe-cache/internal/store"
)

var errNone = errors.New("no bundle for this build")

func (c *command) bundleHere(ctx context.Context) (*project, *found, error) {
	p, err := c.project(ctx)
	if err != nil {
		return nil, nil, err
	}
	f, err := c.find(ctx, p)
	if err == nil && f == nil {
		err = errNone
	}
	return p, f, err
}

// stats prints what the store has for this build, and how much of it GOCACHE has.
func (c *command) stats(ctx context.Context) error {
	p, f, err := c.bundleHere(ctx)
	if err != nil {
		return err
	}
	d, err := gocache.Open(p.gocache)
	if err != nil {
		return err
	}
	defer d.Close()
	var size, raw int64
	w := newWants(d, f.manifest, time.Now())
	for _, part := range f.manifest.Parts {
		size, raw = size+part.Size, raw+part.Raw
	}
	missing := len(w.ready)
	for _, actions := range w.actions {
		missing += len(actions)
	}
	k := p.key
	fmt.Fprintf(c.out, "store:    %s\nmodule:   %s\ngo:       %s\nplatform: %s\nflags:    %s\ncommit:   %s",
		c.settings.shown,
		k.Module, k.Go, k.Platform, strings.ReplaceAll(k.Flags, "\n", " "), f.head.Commit)
	if f.head.Commit != p.commit() {
		fmt.Fprintf(c.out, " (this one, %s, has no bundle)", p.commit())
	}
	fmt.Fprintf(c.out, "\nmade:     %s\nbundle:   %d entries, %d outputs, %d parts, %.1f MB (%.1f MB uncompressed)\n"+
		"to pull:  %d entries, %d parts, %.1f MB\n", f.head.Time.Format(time.RFC3339), len(f.manifest.Actions),
		len(f.manifest.Outputs), len(f.manifest.Parts), megabytes(size), megabytes(raw), missing, len(w.parts),
		megabytes(w.size()))
	return nil
}

// verify reads all parts of the bundle, and compares each with its hash, and each output with its name. If it may
// write, it removes what is damaged: the next push from a machine that has the content sends it again.
func (c *command) verify(ctx context.Context) error {
	_, f, err := c.bundleHere(ctx)
	if err != nil {
		return err
	}
	byPart := make([][]bundle.Output, len(f.manifest.Parts))
	for _, o := range f.manifest.Outputs {
		byPart[o.Part] = append(byPart[o.Part], o)
	}
	var errs []error
	for i, part := range f.manifest.Parts {
		if err := c.verifyPart(ctx, part, byPart[i]); err != nil {
			fmt.Fprintf(c.out, "%s: %v\n", bundle.PartName(part.Sum), err)
			errs = append(errs, err)
			if c.settings.write && damaged(err) {
				errs = append(errs, c.settings.store.Delete(ctx, bundle.PartName(part.Sum)))
			}
		}
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("parts are missing or damaged: %w", err)
	}
	fmt.Fprintf(c.out, "%d outputs in %d parts are whole\n", len(f.manifest.Outputs), len(f.manifest.Parts))
	return nil
}

func (c *command) verifyPart(ctx context.Context, part bundle.Part, outputs []bundle.Output) error {
	body, err := c.settings.store.Get(ctx, bundle.PartName(part.Sum))
	if err != nil {
		return err
	}
	defer body.Close()
	err = bundle.ReadPart(body, part, outputs, func(o bundle.Output, r io.Reader) error {
		h := sha256.New()
		if _, err := io.Copy(h, r); err != nil {
			return err
		}
		if gocache.ID(h.Sum(nil)) != o.ID {
			return gocache.ErrContent
		}
		return nil
	})
	if err != nil && ctx.Err() == nil && !damaged(err) {
		err = fmt.Errorf("%w: %w", errPart, err)
	}
	return err
}

// grace is how long a part stays that no bundle names: a push may be about to name it.
const grace = 24 * time.Hour

// prune removes the bundles of all projects that are older than c.older, and then the parts that none names.
func (c *command) prune(ctx context.Context) error {
	if !c.settings.write {
		return errReadOnly
	}
	bundles, err := c.settings.store.List(ctx, "v1/bundle")
	if err != nil {
		return err
	}
	parts, err := c.settings.store.List(ctx, "v1/part")
	if err != nil {
		return err
	}
	now := time.Now()
	var gone []store.Object
	named := map[string]bool{}
	for _, b := range bundles {
		if now.Sub(b.Time) > c.older {
			gone = append(gone, b)
			continue
		}
		if err := c.names(ctx, b.Name, named); err != nil {
			return fmt.Errorf("nothing was removed, because a bundle cannot be read: %s: %w", b.Name, err)
		}
	}
	for _, p := range parts {
		if !named[p.Name] && now.Sub(p.Time) > min(grace, c.older) {
			gone = append(gone, p)
		}
	}
	return c.remove(ctx, gone)
}

// names adds the parts of a bundle. Nobody has to trust the bundle for that.
func (c *command) names(ctx context.Context, name string, named map[string]bool) error {
	body, err := c.settings.store.Get(ctx, name)
	if err != nil {
		return err
	}
	defer body.Close()
	object, err := io.ReadAll(io.LimitReader(body, bundle.MaxObject+1))
	if err != nil {
		return err
	}
	_, manifest, err := bundle.Decode(object, nil)
	if err != nil {
		return err
	}
	for _, p := range manifest.Parts {
		named[bundle.PartName(p.Sum)] = true
	}
	return nil
}

func (c *command) remove(ctx context.Context, gone []store.Object) error {
	var size int64
	for _, o := range gone {
		size += o.Size
		if c.dryRun {
			fmt.Fprintf(c.out, "%s\n", o.Name)
		} else if err := c.settings.store.Delete(ctx, o.Name); err != nil {
			return err
		}
	}
	word := "removed"
	if c.dryRun {
		word = "would remove"
	}
	fmt.Fprintf(c.out, "%s %d objects, %.1f MB\n", word, len(gone), megabytes(size))
	return nil
}

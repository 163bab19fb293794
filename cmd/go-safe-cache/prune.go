package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/go-safe/go-safe/cmd/go-safe-cache/internal/bundle"
	"github.com/go-safe/go-safe/cmd/go-safe-cache/internal/store"
)

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
			fmt.Fprintf(c.stdout, "%s\n", o.Name)
		} else if err := c.settings.store.Delete(ctx, o.Name); err != nil {
			return err
		}
	}
	word := "removed"
	if c.dryRun {
		word = "would remove"
	}
	fmt.Fprintf(c.stdout, "%s %d objects, %.1f MB\n", word, len(gone), megabytes(size))
	return nil
}

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
)

var errNone = errors.New("no bundle for this build")

// bundleHere returns the bundle that a pull would take.
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

// stats prints what the store has for this build, and how much of it GOCACHE lacks.
func (c *command) stats(ctx context.Context) error {
	p, f, err := c.bundleHere(ctx)
	if errors.Is(err, errNone) {
		c.printLines(append(c.buildLines(p), [2]string{"commit:", p.commit()}))
	}
	if err != nil {
		return err
	}
	d, err := gocache.Open(p.gocache)
	if err != nil {
		return err
	}
	defer d.Close()
	var size, raw int64
	for _, part := range f.manifest.Parts {
		size, raw = size+part.Size, raw+part.Raw
	}
	w := newWants(d, f.manifest, time.Now())
	missing := len(w.ready)
	for _, actions := range w.actions {
		missing += len(actions)
	}
	other := ""
	switch p.commit() {
	case f.head.Commit:
	case "":
		other = " (there is no commit here)"
	default:
		other = fmt.Sprintf(" (this one, %s, has no bundle)", p.commit())
	}
	share := ""
	if len(w.parts) > 0 {
		share = fmt.Sprintf(", of which %.0f %% is missing here", 100*w.share())
	}
	c.printLines(append(c.buildLines(p), [][2]string{
		{"commit:", oneLine(f.head.Commit) + other},
		{"made:", f.head.Time.Format(time.RFC3339)},
		{"bundle:", fmt.Sprintf("%d entries, %d outputs, %d parts, %.1f MB (%.1f MB uncompressed)",
			len(f.manifest.Actions), len(f.manifest.Outputs), len(f.manifest.Parts), megabytes(size), megabytes(raw))},
		{"to pull:", fmt.Sprintf("%d entries, %d parts, %.1f MB%s", missing, len(w.parts), megabytes(w.size()), share)},
	}...))
	return nil
}

// buildLines say for which build a bundle is looked for.
func (c *command) buildLines(p *project) [][2]string {
	return [][2]string{
		{"store:", c.settings.shown},
		{"module:", p.key.Module},
		{"go:", p.key.Go},
		{"platform:", p.key.Platform},
		{"flags:", strings.ReplaceAll(p.key.Flags, "\n", " ")},
	}
}

func (c *command) printLines(lines [][2]string) {
	for _, line := range lines {
		fmt.Fprintf(c.stdout, "%-9s %s\n", line[0], line[1])
	}
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
			errs = append(errs, err)
			removed := ""
			if c.settings.write && damaged(err) {
				if err := c.settings.store.Delete(ctx, bundle.PartName(part.Sum)); err != nil {
					errs = append(errs, err)
				} else {
					removed = "; removed"
				}
			}
			fmt.Fprintf(c.stdout, "%s: %v%s\n", bundle.PartName(part.Sum), err, removed)
		}
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("parts are missing or damaged: %w", err)
	}
	fmt.Fprintf(c.stdout, "%d outputs in %d parts are whole\n", len(f.manifest.Outputs), len(f.manifest.Parts))
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

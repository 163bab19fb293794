package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"
)

// A bar shows on a terminal how far something is; elsewhere it shows nothing.
type bar struct {
	w     io.Writer
	what  string
	total int
	next  time.Time // when it is due to be drawn
	width int       // of what was drawn
}

// newBar returns a bar for total steps.
func newBar(w io.Writer, what string, total int) *bar {
	b := &bar{what: what, total: total}
	if f, ok := w.(*os.File); ok {
		if _, is := terminal(f); is {
			b.w = w
		}
	}
	return b
}

// show draws the bar, ten times a second at the most.
func (b *bar) show(done int) {
	const cells = 30
	now := time.Now()
	if b.w == nil || now.Before(b.next) {
		return
	}
	b.next = now.Add(100 * time.Millisecond)
	full := cells * done / max(1, b.total)
	text := fmt.Sprintf("go-safe: %s %d of %d [%s%s]", b.what, done, b.total, strings.Repeat("=", full), strings.Repeat(" ", cells-full))
	b.width = max(b.width, len(text))
	fmt.Fprint(b.w, "\r", text)
}

// erase removes the bar, on terminals without control sequences too.
func (b *bar) erase() {
	if b.width > 0 {
		fmt.Fprint(b.w, "\r", strings.Repeat(" ", b.width), "\r")
	}
}

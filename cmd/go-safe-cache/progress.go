package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"golang.org/x/term"
)

// Progress is shown firstShown after the work began, so that short work shows nothing. Then it is drawn anew.
const (
	firstShown = time.Second
	shownAgain = 200 * time.Millisecond
)

// progress shows a line on a terminal until stop is called, and erases it then. Elsewhere it shows nothing. text is
// called from another goroutine. What is printed to c.stderr meanwhile erases the line first.
func (c *command) progress(text func() string) (stop func()) {
	f, ok := c.stderr.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return func() {}
	}
	l := &line{w: f}
	c.stderr = l
	stopped, gone := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(gone)
		for wait := firstShown; ; wait = shownAgain {
			select {
			case <-stopped:
				l.draw("")
				return
			case <-time.After(wait):
			}
			columns, _, err := term.GetSize(int(f.Fd()))
			if err != nil || columns <= 0 {
				columns = 80
			}
			l.draw(shorten("go-safe-cache: "+text(), columns-1)) // in the last column some terminals begin a new line
		}
	}()
	return func() {
		close(stopped)
		<-gone
	}
}

// line is the last line of a terminal. It is drawn anew without control sequences.
type line struct {
	mu    sync.Mutex
	w     io.Writer
	width int // of what is drawn
}

func (l *line) draw(text string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	width := utf8.RuneCountInString(text)
	if width == 0 {
		l.erase()
		return
	}
	fmt.Fprint(l.w, "\r", text, strings.Repeat(" ", max(0, l.width-width)))
	l.width = width
}

func (l *line) erase() {
	if l.width > 0 {
		fmt.Fprint(l.w, "\r", strings.Repeat(" ", l.width), "\r")
	}
	l.width = 0
}

// Write prints what is not the line.
func (l *line) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.erase()
	return l.w.Write(b)
}

func shorten(text string, width int) string {
	runes := []rune(text)
	return string(runes[:min(len(runes), width)])
}

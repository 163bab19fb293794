package say

import (
	"fmt"
	"math"
	"os"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

// A State tells how far some work is.
type State struct {
	What      string // is done, such as: repairing
	Path      string // of what it is done to, "" for nothing; it is shortened where there is no room
	Done, All int64  // All is 0 if it is not known
	Unit      string // that they count, such as entries; "" if nothing is counted
	About     bool   // All is an estimate
}

// Bytes is the Unit of bytes.
const Bytes = "bytes"

// Progress appears firstShown after the work began, so that short work shows nothing. Then it is drawn again and again.
const (
	firstShown = 300 * time.Millisecond
	shownAgain = 200 * time.Millisecond
)

// Progress shows on a terminal how far some work is, until stop is called. Elsewhere it shows nothing. state is called
// from another goroutine. Nothing else may be printed meanwhile.
func (p Printer) Progress(state func() State) (stop func()) {
	f, ok := p.W.(*os.File)
	if !ok {
		return func() {}
	}
	if _, is := Terminal(f); !is {
		return func() {}
	}
	stopped, gone := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(gone)
		drawUntil(stopped, f, state)
	}()
	return sync.OnceFunc(func() {
		close(stopped)
		<-gone
	})
}

// drawUntil draws each line over the last one, and erases it at the end. It needs no control sequences.
func drawUntil(stopped <-chan struct{}, f *os.File, state func() State) {
	what, began := "", time.Now() // the estimate is for each work alone
	drawn, wait := 0, firstShown
	for {
		select {
		case <-stopped:
			if drawn > 0 {
				fmt.Fprint(f, "\r", strings.Repeat(" ", drawn), "\r")
			}
			return
		case <-time.After(wait):
		}
		s := state()
		if now := s.What + s.Path; now != what {
			if what != "" {
				began = time.Now()
			}
			what = now
		}
		wait = shownAgain
		columns, _ := Terminal(f)
		line := s.line(columns, time.Since(began))
		width := utf8.RuneCountInString(line)
		fmt.Fprint(f, "\r", line, strings.Repeat(" ", max(0, drawn-width)))
		drawn = width
	}
}

// line is what a terminal shows of the work after so long. It ends before the last column, in which some terminals
// begin a new line.
func (s State) line(columns int, took time.Duration) string {
	const least, most = 10, 30 // cells of the bar
	if columns <= 0 {
		columns = 80
	}
	head, room := "go-safe: "+OneLine(s.What), columns-1
	tail := ""
	for _, tail = range []string{s.count(s.About) + s.left(took), s.count(false) + s.left(took), s.count(false)} {
		if width(head)+width(tail) <= room {
			break
		}
	}
	if s.Path != "" {
		head += ending(OneLine(s.Path), room-width(head)-width(tail)-1)
	}
	cells := min(most, room-width(head)-width(tail)-len(" []"))
	if s.All > 0 && cells >= least {
		full := int(int64(cells) * min(s.Done, s.All) / s.All)
		head += " [" + strings.Repeat("=", full) + strings.Repeat(" ", cells-full) + "]"
	}
	line := []rune(head + tail)
	return string(line[:min(len(line), room)])
}

func width(text string) int { return utf8.RuneCountInString(text) }

// ending is a blank and a path, or as much of the path's end as there is room for, "" if that would tell nothing.
func ending(path string, room int) string {
	const gap, least = "...", 8
	runes := []rune(path)
	switch {
	case len(runes) <= room:
		return " " + path
	case room < least:
		return ""
	}
	return " " + gap + string(runes[len(runes)-room+len(gap):])
}

// count says how much is done, and of how much, or of about how much.
func (s State) count(isAbout bool) string {
	about := ""
	if isAbout {
		about = "about "
	}
	switch {
	case s.Unit == "":
		return ""
	case s.All <= 0:
		return fmt.Sprintf(" %s", amount(s.Done, s.Done, s.Unit))
	}
	done, _, _ := strings.Cut(amount(min(s.Done, s.All), s.All, s.Unit), " ")
	return fmt.Sprintf(" %s of %s%s", done, about, amount(s.All, s.All, s.Unit))
}

// amount is n with its unit. Bytes have the unit that suits all of them.
func amount(n, all int64, unit string) string {
	if unit != Bytes {
		return fmt.Sprintf("%d %s", n, unit)
	}
	size, name := 1e3, "kB"
	for _, larger := range []string{"MB", "GB", "TB"} {
		if float64(all) < size*1e3 {
			break
		}
		size, name = size*1e3, larger
	}
	return fmt.Sprintf("%.1f %s", float64(n)/size, name)
}

// left says how long the rest takes if it goes on so, or if that is not known, how long the work takes already.
func (s State) left(took time.Duration) string {
	switch {
	case took < time.Second:
		return ""
	case s.Done <= 0 || s.Done < s.All/20: // too little to tell
		return ", " + seconds(took)
	case s.All <= 0:
		return ", " + seconds(took)
	}
	rest := float64(took) * float64(max(0, s.All-s.Done)) / float64(s.Done)
	return ", " + seconds(time.Duration(min(rest, math.MaxInt64/2))) + " left"
}

// seconds is a duration in words. More than two digits would only flicker.
func seconds(d time.Duration) string {
	if d < 90*time.Second {
		return fmt.Sprintf("%d s", int(math.Ceil(d.Seconds())))
	}
	return fmt.Sprintf("%d min", int(math.Round(d.Minutes())))
}

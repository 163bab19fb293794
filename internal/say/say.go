// Package say prints go-safe's own messages to standard error: one line, lower case, no colour, with "go-safe: "
// before it, or the name of the script that the user has run. The only labels are "warning:" and "hint:". A message
// has the form MESSAGE or MESSAGE; run: LINE. The user can paste LINE into a shell. It is left out if it has control
// characters. Only cmd/go-safe, internal/safecmd, internal/install and internal/cachelock print; other packages return
// errors and values.
package say

import (
	"cmp"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Our own exit statuses are those of env(1), nohup(1) and the shells.
const (
	ExitFailed    = 125 // go-safe itself failed
	ExitCannotRun = 126 // the real go was found and cannot be run
	ExitNotFound  = 127 // no real go was found
)

// A Printer prints messages.
type Printer struct {
	W       io.Writer
	Environ []string // of this process; tells how this user calls go-safe
	Name    string   // what the user called; "" for go-safe
}

// Line prints a message. It replaces shell.Self by the word with which this user calls go-safe.
func (p Printer) Line(format string, args ...any) {
	write(p.W, cmp.Or(p.Name, "go-safe")+": "+Runnable(fmt.Sprintf(format, args...), p.Environ)+"\n")
}

// Warn prints that go-safe overrides a value that the user chose, does not keep a promise, or sees a risk.
func (p Printer) Warn(format string, args ...any) {
	p.Line("warning: %s", fmt.Sprintf(format, args...))
}

// Hint prints why a go command failed, or will fail.
func (p Printer) Hint(hint string) { p.Line("hint: %s", hint) }

// Failure prints why go-safe failed, and returns status.
func (p Printer) Failure(status int, err error) int {
	p.Line("%v", err)
	return status
}

// Count is a number with a noun: 1 check, 2 checks.
func Count(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}

// OneLine escapes line breaks and control sequences, which a name may contain, so that text stays on one line
// and cannot control the terminal.
func OneLine(s string) string {
	if utf8.ValidString(s) && !strings.ContainsFunc(s, isControl) {
		return s
	}
	var b strings.Builder
	for len(s) > 0 {
		r, size := utf8.DecodeRuneInString(s)
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, s[0])
		case isControl(r):
			b.WriteString(strings.Trim(strconv.QuoteRune(r), "'"))
		default:
			b.WriteString(s[:size])
		}
		s = s[size:]
	}
	return b.String()
}

func isControl(r rune) bool { return !unicode.IsPrint(r) }

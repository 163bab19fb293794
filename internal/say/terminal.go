package say

import (
	"os"

	"golang.org/x/term"
)

// Terminal reports whether f is a terminal and how many columns it has, 0 if that is not known.
func Terminal(f *os.File) (columns int, is bool) {
	if !term.IsTerminal(int(f.Fd())) {
		return 0, false
	}
	columns, _, _ = term.GetSize(int(f.Fd()))
	return columns, true
}

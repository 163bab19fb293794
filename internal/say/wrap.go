package say

import (
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"
)

// Width returns how many columns the terminal has to which w writes; 0 if w is no terminal, or nobody knows.
func Width(w io.Writer) (columns int) {
	if f, ok := w.(*os.File); ok {
		columns, _ = Terminal(f)
	}
	return columns
}

// Wrap prints text after head, which takes up so many columns of the screen. It breaks the line at blanks so that it
// has less than width columns, and indents what follows. With width 0 it breaks no line.
func Wrap(w io.Writer, width int, head string, columns int, text string, indent int) error {
	var all strings.Builder
	line, empty := head, columns == 0
	for word := range strings.SplitSeq(OneLine(text), " ") {
		n := utf8.RuneCountInString(word)
		if width > 0 && !empty && columns+n >= width {
			all.WriteString(strings.TrimRight(line, " ") + "\n")
			line, columns = strings.Repeat(" ", indent), indent
		}
		line, columns, empty = line+word+" ", columns+n+1, false
	}
	all.WriteString(strings.TrimRight(line, " "))
	_, err := fmt.Fprintln(w, all.String())
	return err
}

package say

import (
	"io"
	"os"
	"runtime"
	"strings"

	"github.com/go-safe/go-safe/envfix"
)

// A Style says what of colours and symbols the reader can see. The zero value is for files and pipes.
type Style struct{ colours, symbols bool }

// StyleOf returns the style of what is written to w. NO_COLOR (no-color.org) and TERM=dumb ask for plain text. The
// consoles of Windows were not tried. Symbols need a locale with UTF-8.
func StyleOf(w io.Writer, environ []string) Style {
	f, ok := w.(*os.File)
	if !ok || runtime.GOOS == "windows" || envfix.Getenv(environ, "NO_COLOR") != "" ||
		envfix.Getenv(environ, "TERM") == "dumb" {
		return Style{}
	}
	_, is := Terminal(f)
	locale := ""
	for _, name := range []string{"LANG", "LC_CTYPE", "LC_ALL"} { // the last one that is set counts
		if value := envfix.Getenv(environ, name); value != "" {
			locale = strings.ToUpper(strings.ReplaceAll(value, "-", ""))
		}
	}
	return Style{colours: is, symbols: is && strings.HasSuffix(locale, "UTF8")}
}

// A Colour is one that each terminal has, in the shade that its user chose.
type Colour string

// The colours, as the parameters of a control sequence.
const (
	Red    Colour = "31"
	Green  Colour = "32"
	Yellow Colour = "33"
	Cyan   Colour = "36"
	Bold   Colour = "1"
)

// Paint returns the text in a colour.
func (s Style) Paint(c Colour, text string) string {
	if !s.colours {
		return text
	}
	return "\x1b[" + string(c) + "m" + text + "\x1b[0m"
}

// Symbol returns a symbol and a blank, "" if the reader cannot see it.
func (s Style) Symbol(symbol string) string {
	if !s.symbols {
		return ""
	}
	return symbol + " "
}

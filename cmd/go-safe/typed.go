package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/go-safe/go-safe/envfix"
	"github.com/go-safe/go-safe/shim"
)

// typed is the word by which this program runs when somebody types it: go where that comes first on PATH, its own name where that is on
// PATH (an alias is known to the shell alone), else its whole path.
func typed(environ []string) string {
	all := shim.Search{Path: getenv(environ, "PATH"), Root: getenv(environ, "GOROOT")}.All()
	if len(all) > 0 && all[0].Self {
		return "go"
	}
	exe, err := os.Executable()
	if err != nil {
		return "go"
	}
	name := filepath.Base(os.Args[0])
	if path, err := exec.LookPath(name); err == nil && sameFile(path, exe) {
		return envfix.Quote(name)
	}
	return envfix.Quote(exe)
}

func sameFile(a, b string) bool {
	fa, err := os.Stat(a)
	fb, err2 := os.Stat(b)
	return err == nil && err2 == nil && os.SameFile(fa, fb)
}

// self stands for this program in messages.
const self = envfix.Self

// underSudo is the word by which root runs this program: sudo has a PATH of its own.
func underSudo() string {
	if exe, err := os.Executable(); err == nil {
		return envfix.Quote(exe)
	}
	return self
}

// typable makes what is printed of a message: self becomes the word by which this program runs. What cannot be shown as it
// is cannot be typed either, and is left out.
func typable(text string, environ []string) string {
	if strings.Contains(text, self) {
		text = strings.ReplaceAll(text, self, typed(environ))
	}
	says, what, _ := strings.Cut(text, "; type: ")
	if oneLine(what) != what {
		text = says
	}
	return oneLine(text)
}

// oneLine keeps names with line breaks in them on one line, and what speaks to terminals from them.
func oneLine(s string) string {
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

package say

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/go-safe/go-safe/envfix"
	"github.com/go-safe/go-safe/internal/fsinfo"
	"github.com/go-safe/go-safe/internal/shell"
	"github.com/go-safe/go-safe/shim"
)

// Self returns the word with which this user calls go-safe: go, if that is first on PATH; the name by which it
// was called, if that name is on PATH; else its full path. (Only the shell knows an alias.)
func Self(environ []string) string {
	search := shim.Search{Path: envfix.Getenv(environ, "PATH"), Root: envfix.Getenv(environ, "GOROOT")}
	if all := search.All(); len(all) > 0 && all[0].Self {
		return "go"
	}
	exe, err := os.Executable()
	if err != nil {
		return "go"
	}
	name := filepath.Base(os.Args[0])
	if path, err := exec.LookPath(name); err == nil && fsinfo.SameFile(path, exe) {
		return shell.Program(name)
	}
	return shell.Program(exe)
}

// UnderSudo returns the full path of go-safe, because sudo has a PATH of its own.
func UnderSudo() string {
	if exe, err := os.Executable(); err == nil {
		return shell.Quote(exe)
	}
	return shell.Self
}

// Runnable returns the text that is printed for a message. It replaces shell.Self by the word with which this
// user calls go-safe. It leaves out a command line with control characters, because that could not be pasted.
func Runnable(text string, environ []string) string {
	if strings.Contains(text, shell.Self) {
		text = strings.ReplaceAll(text, shell.Self, Self(environ))
	}
	says, line, _ := strings.Cut(text, "; run: ")
	if OneLine(line) != line {
		text = says
	}
	return OneLine(text)
}

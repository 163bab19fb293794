// Package shim answers three questions for a program that stands in front of the go command:
// which go is the real one (Find), what will this command line do (Classify), and how is it
// started so that nobody can tell the difference (Exec, Run).
//
// It reads nothing but what it is given and the files on PATH, and prints nothing.
package shim

import (
	"runtime"

	"github.com/go-safe/go-safe/internal/proc"
)

// A Command is a go command ready to be started. Standard streams, working directory, umask, limits
// and every inherited descriptor are the caller's own.
type Command struct {
	Path    string   // absolute path of the executable
	Name    string   // its argv[0]; Path where it is empty
	Args    []string // what follows the command's name
	Environ []string

	// Meanwhile, where it is not nil, is called by Run once the command is on its way, and finished before Run returns.
	Meanwhile func()

	// Finish are called by Run, in this order, when the command has ended. See there for signals.
	Finish []func(Status)
}

// argv is the argument vector. OpenBSD and AIX find the executable, and with it GOROOT, through argv[0] (os.Executable): there it
// is the path. Elsewhere the go command makes nothing of it.
func (c Command) argv() []string {
	name := c.Path
	if c.Name != "" && runtime.GOOS != "openbsd" && runtime.GOOS != "aix" {
		name = c.Name
	}
	return append([]string{name}, c.Args...)
}

// script is the command as a shell runs it, for a script without #!.
func (c Command) script() Command {
	c.Path, c.Args = proc.Shell, append([]string{c.Path}, c.Args...)
	return c
}

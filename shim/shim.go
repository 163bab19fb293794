// Package shim answers three questions for a program that stands in front of the go command: which go is the
// real one (Find), what will this command line do (Parse), and how is it started so that nobody can see a
// difference (Exec, Run).
//
// It reads only its arguments, the files on PATH and /proc, and prints nothing.
package shim

import (
	"runtime"

	"github.com/go-safe/go-safe/internal/proc"
)

// A Command is a go command, ready to be started. It gets the caller's standard streams, working directory,
// umask, limits and inherited descriptors.
type Command struct {
	Path    string   // absolute path of the executable
	Name    string   // its argv[0]; if it is empty, Path
	Args    []string // the arguments after the command's name
	Environ []string

	// Init: this process is the init process of a container, or acts as one (Linux). Run then waits for orphans too. It
	// passes signals on to the programs that the go command runs, and to the go command only if it runs none. That is
	// because go run does not pass signals on, and a program without a parent would be killed with the container.
	Init bool

	// Run calls OnStart, if it is not nil, as soon as the command has been started, and then waits for the command.
	OnStart func()

	// Run calls these functions, in this order, when the command has ended. It holds signals back meanwhile.
	OnExit []func(Status)
}

// argv returns the argument vector. On OpenBSD and AIX programs find their executable, and the go command its
// GOROOT, through argv[0] (os.Executable), so there it is the path. Elsewhere the go command ignores it.
func (c Command) argv() []string {
	name := c.Path
	if c.Name != "" && runtime.GOOS != "openbsd" && runtime.GOOS != "aix" {
		name = c.Name
	}
	return append([]string{name}, c.Args...)
}

// script returns the command as a shell runs it, for a script without #!.
func (c Command) script() Command {
	c.Path, c.Args = proc.Shell, append([]string{c.Path}, c.Args...)
	return c
}

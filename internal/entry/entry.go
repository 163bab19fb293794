// Package entry reads the command lines of go safe entrypoint and go safe exec: whether they mean the go command or
// another program, as which user it runs, and whether go-safe is its init process. It starts nothing.
package entry

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/go-safe/go-safe/internal/shell"
	"github.com/go-safe/go-safe/shim"
)

// An Entry is what is to be run.
type Entry struct {
	Go   bool     // Args are the arguments of the go command
	Args []string // else a program and its arguments
	User string   // value of --user, "" for the user who runs go-safe
	Init bool     // --init: reap the children of others, as process 1 does
}

// ErrUsage says that a command line cannot be understood. The exit status is 125.
var ErrUsage = errors.New("usage")

// An UnknownError says that a word is neither a word of the go command nor a program. The exit status is 127.
type UnknownError struct{ Word string }

func (e *UnknownError) Error() string {
	return fmt.Sprintf("%s is neither a word of the go command (see: go help) nor a program on PATH", shell.Quote(e.Word))
}

// Exec reads the arguments of go safe exec: flags and a command.
func Exec(args []string) (Entry, error) {
	e, rest, forced, err := flags(args)
	switch {
	case err != nil:
	case len(rest) == 0:
		err = fmt.Errorf("%w: go safe exec lacks the command to run", ErrUsage)
	case !forced && strings.HasPrefix(rest[0], "-"):
		err = fmt.Errorf("%w: go safe exec has no flag %s; put -- before a program of that name", ErrUsage, rest[0])
	}
	e.Args = rest
	return e, err
}

// Entrypoint reads the arguments of go safe entrypoint: flags, and what an image was given to run. This is the rule:
//
//   - Nothing, a flag, or a word of the go command is for the go command. The word go itself is left out.
//   - After --, or with a slash, the first word is a program. So is env with a NAME=value before other words and
//     without -w, because go env would refuse that.
//   - Any other word is a program on PATH. onPath reports whether it is one.
func Entrypoint(args []string, onPath func(name string) bool) (Entry, error) {
	e, rest, forced, err := flags(args)
	if err != nil {
		return e, err
	}
	e.Args = rest
	switch {
	case forced && len(rest) == 0:
		return e, fmt.Errorf("%w: go safe entrypoint lacks the program after --", ErrUsage)
	case forced, len(rest) > 0 && strings.ContainsRune(filepath.ToSlash(rest[0]), '/'):
	case len(rest) == 0, strings.HasPrefix(rest[0], "-"):
		e.Go = true
	case rest[0] == "go":
		e.Go, e.Args = true, rest[1:]
	case rest[0] == "env" && setsVariables(rest[1:]):
	case rest[0] == "safe", slices.Contains(shim.Words(), rest[0]):
		e.Go = true
	case !onPath(rest[0]):
		return e, &UnknownError{rest[0]}
	}
	return e, nil
}

// setsVariables reports whether the arguments of env are those of env(1): they set a variable, and are not those of
// go env -w NAME=value.
func setsVariables(args []string) bool {
	for _, arg := range args {
		name, _, sets := strings.Cut(arg, "=")
		switch {
		case arg == "-w" || arg == "--w":
			return false
		case strings.HasPrefix(arg, "-"):
		case sets && name != "":
			return true
		}
	}
	return false
}

// flags reads the flags in front. forced says that -- ended them.
func flags(args []string) (e Entry, rest []string, forced bool, err error) {
	for len(args) > 0 {
		name, value, joined := strings.Cut(args[0], "=")
		switch {
		case name == "--user":
			if !joined && len(args) > 1 {
				value, args = args[1], args[1:]
			}
			if value == "" {
				return e, nil, false, fmt.Errorf("%w: --user lacks its value: owner, or USER[:GROUP]", ErrUsage)
			}
			e.User, args = value, args[1:]
		case args[0] == "--init":
			e.Init, args = true, args[1:]
		case args[0] == "--":
			return e, args[1:], true, nil
		default:
			return e, args, false, nil
		}
	}
	return e, nil, false, nil
}

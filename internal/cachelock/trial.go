package cachelock

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/go-safe/go-safe/internal/proc"
	"github.com/go-safe/go-safe/lock"
)

// ServerTimeout is how long a file server may take to answer. A process that locks a file on a server that does
// not answer may hang for ever.
const ServerTimeout = 2 * time.Second

// Unlockable says why files in dir cannot be locked, nil if they can. If another machine or a program manages
// the locks, a child process tries it. The child is left behind if the server does not answer within limit and
// the kernel does not let the child die.
func Unlockable(dir string, limit time.Duration) error {
	if !lock.Remote(dir) {
		return lock.Probe(dir)
	}
	return askChild("--try", dir, limit)
}

// Held reports whether somebody holds the lock on dir. It reports false if a server does not answer within
// limit.
func Held(dir string, limit time.Duration) bool {
	if !lock.Remote(dir) {
		return lock.Held(dir)
	}
	said := askChild("--held", dir, limit)
	return said != nil && said.Error() == heldWord
}

// heldWord is the output of go safe locks --held.
const heldWord = "held"

// askChild runs go safe locks with a flag as a child process, and returns what that prints as an error; nil if it
// prints nothing or cannot be started.
func askChild(flag, dir string, limit time.Duration) error {
	exe, err := os.Executable()
	if err != nil {
		return nil
	}
	var why strings.Builder
	err = proc.Run(proc.Command{
		Path: exe, Args: []string{"safe", "locks", flag, dir}, Stdout: &why, Deadline: time.Now().Add(limit),
	})
	switch {
	case errors.Is(err, proc.ErrDeadline):
		return noAnswer(limit)
	case why.Len() > 0:
		return errors.New(why.String())
	}
	return nil // nobody knows that the directory has no locks
}

// noAnswer is the error of a trial that gave no answer within that time.
type noAnswer time.Duration

func (n noAnswer) Error() string      { return "no answer in " + time.Duration(n).String() }
func (noAnswer) Is(target error) bool { return target == os.ErrDeadlineExceeded }

// Trial is what the child process runs: go safe locks --try DIR or --held DIR.
func Trial(stdout io.Writer, flag, dir string) {
	var refused *lock.RefusedError
	if flag == "--held" {
		if lock.Held(dir) {
			fmt.Fprint(stdout, heldWord)
		}
	} else if errors.As(lock.Probe(dir), &refused) {
		fmt.Fprint(stdout, refused.Err)
	}
}

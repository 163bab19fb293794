package lock

import (
	"errors"
	"io/fs"
	"time"
)

// A BusyError says that others held the lock until the patience was used up.
type BusyError struct {
	Dir      string
	Mode     Mode
	Waited   time.Duration
	Blockers []Process // the processes waited for; nil where the system does not tell
	Deadlock bool      // they wait for an ancestor of this process, and would do so for ever
}

func (e *BusyError) Error() string {
	return "cannot take the " + e.Mode.String() + " lock on " + e.Dir + ": others hold it"
}

// A RefusedError says why the system locks neither the directory nor a file in its place.
type RefusedError struct {
	Dir  string
	File string // the file that stands in for the directory, if that file is the reason
	Err  error
}

func (e *RefusedError) Error() string {
	if e.File != "" {
		return e.Err.Error()
	}
	return "cannot lock files in " + e.Dir + ": " + e.Err.Error()
}

func (e *RefusedError) Unwrap() error { return e.Err }

// errBusy is the result of a try while others hold the lock, or the gate is closed.
var errBusy = errors.New("is held")

// notFile is the error for something in the place of a stand-in that is not a file. To open it might block.
func notFile(name string) error {
	return &RefusedError{File: name, Err: &fs.PathError{Op: "lock", Path: name, Err: errors.New("is not a file")}}
}

package modcache

import (
	"errors"
	"io/fs"
	"os"
)

// hold takes the lock under which the go command downloads and extracts a version (cmd/go/internal/modfetch.lockVersion). It does not
// wait: ok is false where the lock is held, or cannot be had. A version without a lock file is nobody's just now; to be alone in
// the future too, alone has it made.
func hold(at *os.Root, name string, alone bool) (release func(), ok bool) {
	flags := os.O_RDONLY | nonblock
	if alone {
		flags |= os.O_CREATE
	}
	f, err := at.OpenFile(name, flags, 0o666)
	if errors.Is(err, fs.ErrNotExist) {
		return func() {}, true
	}
	if err != nil {
		return nil, false
	}
	if !tryLock(f, alone) {
		f.Close()
		return nil, false
	}
	// Closing alone would leave it with a process that is just being started, and has the descriptor until it is another program.
	return func() { unlock(f); f.Close() }, true
}

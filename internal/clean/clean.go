// Package clean lets go clean remove a cache in one step. It sets aside what is to go, by renaming, so that the go
// command finds an empty place. Then the caller gives the lock back, others use the cache again, and the package
// deletes what it set aside. If go-safe is killed at any moment, the cache is as it was or empty, and at most a
// folder is left behind whose name begins with or ends in go-safe-clean-NUMBER. The next clean deletes that. If
// the cache is a mount point or its parent is closed, extracted modules may be missing. The go command extracts them
// again.
//
// What the go command did not remove, because it refused or failed, is put back.
//
// Each directory is opened once and then reached by its descriptor, so a user whose cache root cleans cannot lead
// root elsewhere. No link is followed, and nothing on another device is deleted. Where root cannot reach a cache
// safely, nothing is set aside, and the go command removes the cache as it would without go-safe.
//
// The package prints nothing. The caller holds the locks that keep others out of the cache.
package clean

import (
	"errors"
	"io/fs"
)

// A TryLock takes the exclusive lock on a folder if it is free, and reports whether it was. It does not wait, and
// release is never nil. A clean holds this lock on what it deletes, so that no other clean takes the folder for one
// left behind.
type TryLock func(folder string) (release func(), free bool)

// SaveMode remembers the mode of a module cache's directory, and returns the function that gives it back. That does
// nothing if dir is not a directory. The go command opens each directory to everybody before it removes it
// (cmd/go/internal/modfetch.RemoveAll). A cache whose parent is not writable is not removed, and would stay open.
func SaveMode(dir string) (restore func() error) { return saveMode(dir) }

// ModCache sets a module cache aside: as a whole, into a folder beside it, or, if it is a mount point or its parent
// is not writable, entry by entry into a folder in it. The Aside is nil if there is nothing to set aside: the cache
// is missing, empty, or a link, of which the go command removes only the link.
//
// The error says why the cache stays where it is.
func ModCache(dir string, tryLock TryLock) (*Aside, error) {
	a, err := modCache(dir, tryLock)
	return a, withPath(dir, err)
}

// BuildCache sets aside what go clean -cache (buckets) and go clean -fuzzcache (fuzz) remove of a build cache, into
// a folder in it. So the cache's directory keeps its rights and its lock. A part that cannot be set aside stays:
// unlike a module cache, a build cache may lack any part.
func BuildCache(dir string, buckets, fuzz bool, tryLock TryLock) (*Aside, error) {
	a, err := buildCache(dir, buckets, fuzz, tryLock)
	return a, withPath(dir, err)
}

// withPath makes sure that an error has a path in it.
func withPath(dir string, err error) error {
	if err == nil || errors.As(err, new(*fs.PathError)) {
		return err
	}
	return &fs.PathError{Op: "set aside", Path: dir, Err: err}
}

// Sweep deletes the folders that killed cleans left in a cache and beside it: directories of this user with such a
// name whose lock is free. Root also deletes those of the owner of the directory that they are in. It returns why
// it could not delete one, by folder.
func Sweep(cache string, tryLock TryLock) (failed map[string]error) { return sweep(cache, tryLock) }

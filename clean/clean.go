// Package clean lets go clean remove a cache in one step: what is to go is set aside by renaming, the go command finds an
// empty place, and then the rest is deleted, while others use the place again. Killed at any moment, it leaves the cache as
// it was or empty, and at most a folder whose name begins with or ends in go-safe-clean-NUMBER, for the next clean.
//
// What the go command did not remove, because it refused or failed, is put back. Everything is opened once and then reached by
// descriptors: a user whose cache root cleans can redirect nothing. No link is followed, nothing on another device is deleted. Where
// root cannot reach a cache safely nothing is set aside, and the go command removes it as it would without go-safe. The package
// prints nothing; that nobody else is in the cache is the caller's care.
package clean

import (
	"errors"
	"io/fs"
	"path/filepath"
)

// A Hold takes a folder for its caller alone, without waiting, and returns what gives it back, and whether it was free. Who
// deletes holds the folder, so that no other clean takes it for one left behind.
type Hold func(folder string) (release func(), free bool)

// Keep notes the rights of a module cache's directory, and returns what gives them back. That does nothing if dir is not a
// directory. The go command opens each directory to everybody before it removes it (cmd/go/internal/modfetch.RemoveAll), and
// one in a parent that is not writable stays like that.
func Keep(dir string) (restore func() error) { return keep(dir) }

// ModCache sets a module cache aside: whole, into a folder beside it, or, where it is a mount point or its parent is not
// writable, entry by entry into a folder in it. There is nothing to set aside, and the Aside is nil, where the cache
// is missing, empty or a link: of a link the go command removes the link alone.
//
// An error says why it stays where it is.
func ModCache(dir string, hold Hold) (*Aside, error) {
	a, err := modCache(dir, hold)
	return a, named(dir, err)
}

// BuildCache sets the folders of a build cache aside that go clean -cache and, for fuzz, go clean -fuzzcache remove, into a
// folder in it: the cache itself keeps its rights and its lock. Any part of a build cache is one.
func BuildCache(dir string, buckets, fuzz bool, hold Hold) (*Aside, error) {
	a, err := buildCache(dir, buckets, fuzz, hold)
	return a, named(dir, err)
}

// named returns an error with a path in it.
func named(dir string, err error) error {
	if err == nil || errors.As(err, new(*fs.PathError)) {
		return err
	}
	return &fs.PathError{Op: "set aside", Path: dir, Err: err}
}

// Sweep deletes folders of cleans that were killed, in a cache and beside it: directories of this user's that have such a
// name and that nobody holds. Root also deletes those of the owner of the directory that they are in. It returns why it
// could not delete one, by folder.
func Sweep(cache string, hold Hold) (failed map[string]error) { return sweep(cache, hold) }

// Remove deletes a directory of this user's that nobody holds, if there is no mount in it. It first gets the name of a
// folder that is left behind, so that nobody finds half of it under its own name.
func Remove(dir string, hold Hold) error { return removeTree(filepath.Clean(dir), hold) }

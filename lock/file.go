package lock

import (
	"errors"
	"io/fs"
)

// fileName is the file that stands for a directory that cannot be locked.
const fileName = ".go-safe.lock"

// notFile refuses what has the file's name and is something else, which might block.
func notFile(name string) error {
	return &RefusedError{File: name, Err: &fs.PathError{Op: "lock", Path: name, Err: errors.New("is not a file")}}
}

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

// lockPath is what is locked for dir: a file where the directory cannot be locked, or a lock on it would be known to
// this machine alone (Linux gives no directory of NFS, 9p or SMB a lock of the server's).
func lockPath(dir string, file bool) string {
	switch {
	case !lockableDirectories:
		return dir + fileName // not in it: what has an open file in it cannot be renamed there
	case file || remote(dir):
		return standIn(dir)
	}
	return dir
}

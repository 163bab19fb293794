package envfix

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/go-safe/go-safe/access"
)

// CacheTrouble says why a build cache cannot be written to just now, in words that follow the path that it
// returns; "" where it can. It looks at each of the 256 folders in it, for one of another user's is enough (F02).
func CacheTrouble(cache string) (path, trouble string) {
	f := look(cache)
	if !judgeable(cache) || !f.exists() || f.err == nil && !f.dir { // of a file the go command's own error says it
		return cache, ""
	}
	need := buildRoom(cache)
	need.exec = false
	if why := f.unusable(need); why != "" {
		return cache, why
	}
	if why := triedRoom(cache); why != "" {
		return cache, why
	}
	for i := range 256 {
		dir := filepath.Join(cache, fmt.Sprintf("%02x", i))
		if writable(dir) {
			continue
		}
		if _, err := os.Stat(dir); err == nil {
			return dir, "is not writable by " + user()
		}
	}
	return cache, ""
}

// ClosedEntry looks for a file of another user's in a build cache that we cannot read, as a root whose umask is
// 077 leaves it in folders that are ours (F02), until the end. Path is "" where it sees none.
func ClosedEntry(cache string, end time.Time) (path string, owner int) {
	for i := range 256 {
		dir := filepath.Join(cache, fmt.Sprintf("%02x", i))
		entries, _ := os.ReadDir(dir)
		for _, e := range entries {
			path := filepath.Join(dir, e.Name())
			if owner, closed := Closed(path); closed {
				return path, owner
			}
			if time.Now().After(end) {
				return "", -1
			}
		}
	}
	return "", -1
}

// Closed reports whether path is a file of another user's that we cannot read, and whose it is.
func Closed(path string) (owner int, is bool) {
	fi, err := os.Lstat(path)
	if err != nil || !fi.Mode().IsRegular() {
		return -1, false
	}
	owner = ownerOf(fi)
	return owner, owner >= 0 && owner != os.Geteuid() && !legible(path)
}

// TempTrouble is CacheTrouble for the folder of $WORK, from which go test executes what it built.
func TempTrouble(dir string, exec bool) (path, trouble string) {
	f := look(dir)
	if !judgeable(dir) || f.exists() && f.err == nil && !f.dir {
		return dir, ""
	}
	if why := f.unusable(room{exec: exec, bytes: 1 << 20, files: 16}); why != "" || !f.exists() {
		return dir, why
	}
	return dir, triedRoom(dir)
}

// triedRoom says why a directory that seems to have room cannot take a small file all the same, as where a quota
// that statfs(2) knows nothing of is used up; "" where it can.
func triedRoom(dir string) string {
	switch err := access.Try(dir, 64<<10); {
	case err == nil:
		return ""
	case errors.Is(err, fs.ErrPermission):
		return "is not writable by " + user()
	default:
		return "has no room: " + lastError(err)
	}
}

// EnvFileTrouble says why go env -w cannot write the env file, in words that follow its path; "" where it can, or
// there is none. It truncates the file that is there, and makes one, with the folders above it, where there is
// none (cmd/go/internal/envcmd.updateEnvFile).
func (s *Settings) EnvFileTrouble() string {
	if !judgeable(s.EnvFile) {
		return ""
	}
	f := look(s.EnvFile)
	if fi, err := os.Stat(s.EnvFile); err == nil {
		if fi.IsDir() {
			return "is a directory"
		}
		if !fi.Mode().IsRegular() {
			return "is no regular file"
		}
		f.dir, f.writable = true, modifiable(s.EnvFile) // and what else hinders in a folder hinders here
	}
	return f.unusable(pathRoom)
}

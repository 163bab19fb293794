package envfix

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/go-safe/go-safe/internal/fsinfo"
)

// CacheTrouble says why a build cache cannot be written to now, in words that follow the path that it returns; ""
// if it can. It looks at each of the 256 folders, because one that belongs to another user is enough to make a
// command fail.
func CacheTrouble(cache string) (path, trouble string) {
	f := look(cache)
	if !filepath.IsAbs(cache) || !f.exists() || f.err == nil && !f.dir { // the go command's own error names a file
		return cache, ""
	}
	need := buildCacheNeeds(fsinfo.NewStatCache(), cache)
	need.exec = false
	if why := f.unusable(need); why != "" {
		return cache, why
	}
	if why := tryWrite(cache); why != "" {
		return cache, why
	}
	for i := range 256 {
		dir := filepath.Join(cache, fmt.Sprintf("%02x", i))
		if fsinfo.Writable(dir) {
			continue
		}
		if _, err := os.Stat(dir); err == nil {
			return dir, "is not writable by " + thisUser()
		}
	}
	return cache, ""
}

// ClosedEntry looks for a file of another user in a build cache that we cannot read, until the end. Root with umask
// 077 leaves such files in folders that are ours. Path is "" if it finds none.
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

// Closed reports whether path is a file of another user that we cannot read, and who the owner is.
func Closed(path string) (owner int, is bool) {
	fi, err := os.Lstat(path)
	if err != nil || !fi.Mode().IsRegular() {
		return -1, false
	}
	owner = fsinfo.Owner(fi)
	return owner, owner >= 0 && owner != os.Geteuid() && !fileReadable(path)
}

// TempTrouble is CacheTrouble for the folder of $WORK. Exec says that files in it are executed, as by go test. Little
// room is no trouble: what was in it while the command ran is gone.
func TempTrouble(dir string, exec bool) (path, trouble string) {
	f := look(dir)
	if !filepath.IsAbs(dir) || f.exists() && f.err == nil && !f.dir {
		return dir, ""
	}
	if why := f.unusable(needs{exec: exec, bytes: trialSize, files: 4}); why != "" || !f.exists() {
		return dir, why
	}
	return dir, tryWrite(dir)
}

// trialSize is how many bytes a trial writes. No build needs so few.
const trialSize = 64 << 10

// tryWrite writes a small file to a directory that seems to have room, and says why that failed; "" if it did not, or
// if the session's limit on the size of files is the cause. Statfs(2) does not know every quota.
func tryWrite(dir string) string {
	switch err := fsinfo.Try(dir, trialSize); {
	case err == nil || errors.Is(err, syscall.EFBIG):
		return ""
	case errors.Is(err, fs.ErrPermission):
		return "is not writable by " + thisUser()
	default:
		return "has no room: " + fsinfo.Reason(err).Error()
	}
}

// EnvFileTrouble says why go env -w cannot write the env file, in words that follow its path; "" if it can, or if
// there is no env file. The go command truncates an existing file. It makes a missing one, and the folders above it
// (cmd/go/internal/envcmd.updateEnvFile).
func (s *Settings) EnvFileTrouble() string {
	if !filepath.IsAbs(s.EnvFile) {
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
		f.dir, f.writable = true, fileWritable(s.EnvFile) // from here on it is judged like a directory
	}
	return f.unusable(gopathNeeds)
}

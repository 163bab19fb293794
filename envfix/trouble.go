package envfix

import (
	"fmt"
	"os"
	"path/filepath"
)

// CacheTrouble says why a build cache cannot be written to just now, in words that follow the path that it returns; "" where it can. It
// looks at each of the 256 folders in it, for one of another user's is enough (F02).
func CacheTrouble(cache string) (path, trouble string) {
	f := look(cache)
	if !judgeable(cache) || !f.exists() || f.err == nil && !f.dir { // of a file the go command's own error says it
		return cache, ""
	}
	if why := f.unusable(room{bytes: 1 << 20, files: 16}); why != "" {
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

// TempTrouble is CacheTrouble for the folder of $WORK, from which go test executes what it built.
func TempTrouble(dir string, exec bool) (path, trouble string) {
	f := look(dir)
	if !judgeable(dir) || f.exists() && f.err == nil && !f.dir {
		return dir, ""
	}
	return dir, f.unusable(room{exec: exec, bytes: 1 << 20, files: 16})
}

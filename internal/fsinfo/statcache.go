package fsinfo

import (
	"io/fs"
	"os"
	"path/filepath"
)

// StatCache remembers what the system said about paths. Each system call makes every command start later, and a start
// looks at the same directories for their use, their policy and their repair. It follows links. What it says is true
// until somebody changes something: after a change, take a new one.
type StatCache struct {
	stats              map[string]statAnswer
	readable, writable map[string]bool
}

type statAnswer struct {
	fi  fs.FileInfo
	err error
}

// NewStatCache returns a StatCache that has seen nothing.
func NewStatCache() *StatCache {
	return &StatCache{make(map[string]statAnswer), make(map[string]bool), make(map[string]bool)}
}

// Stat is os.Stat.
func (s *StatCache) Stat(path string) (fs.FileInfo, error) {
	a := remember(s.stats, path, func(path string) (a statAnswer) {
		a.fi, a.err = os.Stat(path)
		return a
	})
	return a.fi, a.err
}

// Readable reports whether we can list a directory and look up what is in it.
func (s *StatCache) Readable(dir string) bool { return remember(s.readable, dir, Readable) }

// Writable reports whether we can make entries in a directory.
func (s *StatCache) Writable(dir string) bool { return remember(s.writable, dir, Writable) }

// remember returns the answer for a path and asks for it once.
func remember[T any](answers map[string]T, path string, ask func(string) T) T {
	if path != "" { // which Clean would make the working directory
		path = filepath.Clean(path)
	}
	a, ok := answers[path]
	if !ok {
		a = ask(path)
		answers[path] = a
	}
	return a
}

package gomod

import (
	"bytes"
	"io"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
)

// GeneratesVersion reports whether a go:generate line of the project names something by version, as go run
// tool@v1.0.0 does. What other programs that such lines run need of the module cache nobody knows; mostly it is
// nothing.
func (p Project) GeneratesVersion() bool { return slices.ContainsFunc(p.Roots, generatesBelow) }

// generatesBelow reports whether a Go file of the module in root has such a line.
func generatesBelow(root string) (found bool) {
	filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return nil
		case d.IsDir() && path != root && Skips(path):
			return fs.SkipDir
		case d.IsDir() || !strings.HasSuffix(path, ".go"):
			return nil
		}
		f, err := openRegular(path)
		if err != nil {
			return nil
		}
		defer f.Close()
		if src, err := io.ReadAll(f); err == nil && generatesVersion(src) {
			found = true
			return fs.SkipAll
		}
		return nil
	})
	return found
}

// generatesVersion reports whether the source has such a line. They begin in the first column (go help generate).
func generatesVersion(src []byte) bool {
	for line := range bytes.Lines(src) {
		if bytes.HasPrefix(line, []byte("//go:generate")) && bytes.ContainsRune(line, '@') {
			return true
		}
	}
	return false
}

//go:build !linux

package bindir

// hasRoom returns false: it is not known.
func hasRoom(dir string, size int64) bool { return false }

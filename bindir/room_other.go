//go:build !linux

package bindir

// hasRoom is not known.
func hasRoom(dir string, size int64) bool { return false }

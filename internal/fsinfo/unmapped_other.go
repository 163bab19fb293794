//go:build !linux

package fsinfo

// Unmapped is false: only Linux has user namespaces.
func Unmapped(int) bool { return false }

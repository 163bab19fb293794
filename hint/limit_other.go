//go:build !linux

package hint

// MemoryLimit is -1: no limit is known here.
func MemoryLimit() int64 { return -1 }

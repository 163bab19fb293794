//go:build !linux

package proc

// MemoryKills is -1: this system counts none.
func MemoryKills() int { return -1 }

// MemoryLimit is -1: this system tells none.
func MemoryLimit() int64 { return -1 }

package hint

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// MemoryLimit is the least limit, in bytes, that this process's control group and those above it have; -1 where there is none.
func MemoryLimit() int64 {
	data, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		return -1
	}
	least := int64(-1)
	for _, counter := range countersOf(string(data)) {
		for dir := filepath.Dir(counter); strings.HasPrefix(dir, "/sys/fs/cgroup"); dir = filepath.Dir(dir) {
			for _, name := range []string{"memory.max", "memory.limit_in_bytes"} {
				text, err := os.ReadFile(filepath.Join(dir, name))
				if n := limitOf(string(text)); err == nil && n >= 0 && (least < 0 || n < least) {
					least = n
				}
			}
		}
	}
	return least
}

// limitOf reads such a file. Version 2 says max for none, version 1 a number that no memory has.
func limitOf(text string) int64 {
	n, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
	if err != nil || n < 0 || n > 1<<60 {
		return -1
	}
	return n
}

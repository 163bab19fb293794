package proc

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/go-safe/go-safe/internal/fsinfo"
)

// MemoryKills returns how many processes of this control group the kernel has killed because there was no memory left;
// -1 if no file counts them.
func MemoryKills() int {
	data, err := fsinfo.ReadFile("/proc/self/cgroup")
	if err != nil {
		return -1
	}
	for _, file := range counterFiles(string(data)) {
		if text, err := fsinfo.ReadFile(file); err == nil {
			return parseKills(string(text))
		}
	}
	return -1
}

// counterFiles returns the files that may count the kills, the best first, by the lines of /proc/self/cgroup
// (cgroups(7)): 0::PATH of version 2, N:memory:PATH of version 1, which comes first if there are both. In a container
// with the host's cgroup namespace, PATH is the host's, but the mount begins with the container's own group: then the
// file in the root counts.
func counterFiles(cgroup string) []string {
	const root = "/sys/fs/cgroup"
	var files []string
	for line := range strings.Lines(cgroup) {
		f := strings.SplitN(strings.TrimSuffix(line, "\n"), ":", 3)
		switch {
		case len(f) < 3:
		case f[0] == "0" && f[1] == "":
			const file = "memory.events"
			files = append(files, filepath.Join(root, f[2], file), filepath.Join(root, file))
		case f[1] == "memory":
			const file = "memory.oom_control"
			files = slices.Insert(files, 0,
				filepath.Join(root, "memory", f[2], file), filepath.Join(root, "memory", file))
		}
	}
	return slices.Compact(files)
}

// parseKills returns the number in the line "oom_kill N" of such a file, -1 if there is none.
func parseKills(events string) int {
	for line := range strings.Lines(events) {
		if n, ok := strings.CutPrefix(strings.TrimSpace(line), "oom_kill "); ok {
			if kills, err := strconv.Atoi(n); err == nil {
				return kills
			}
		}
	}
	return -1
}

// MemoryLimit returns the smallest limit, in bytes, of this process's control group and those above it; -1 if there
// is none.
func MemoryLimit() int64 {
	data, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		return -1
	}
	smallest := int64(-1)
	for _, counter := range counterFiles(string(data)) {
		for dir := filepath.Dir(counter); strings.HasPrefix(dir, "/sys/fs/cgroup"); dir = filepath.Dir(dir) {
			for _, name := range []string{"memory.max", "memory.limit_in_bytes"} {
				text, err := os.ReadFile(filepath.Join(dir, name))
				if n := parseLimit(string(text)); err == nil && n >= 0 && (smallest < 0 || n < smallest) {
					smallest = n
				}
			}
		}
	}
	return smallest
}

// parseLimit reads such a file. For no limit version 2 says max, and version 1 a number larger than any memory.
func parseLimit(text string) int64 {
	n, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
	if err != nil || n < 0 || n > 1<<60 {
		return -1
	}
	return n
}

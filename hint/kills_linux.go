package hint

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Kills is how many processes the kernel has killed for want of memory in this process's control group; -1 where
// nobody counts.
func Kills() int {
	data, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		return -1
	}
	for _, file := range countersOf(string(data)) {
		if text, err := os.ReadFile(file); err == nil {
			return killsOf(string(text))
		}
	}
	return -1
}

// countersOf are the files that may count, the best first, by the lines of /proc/self/cgroup (cgroups(7)):
// 0::PATH of version 2, N:memory:PATH of version 1, which wins where there are both. In a container with the
// host's cgroup namespace PATH is the host's, and what is mounted begins with the container's own group: then the
// root counts.
func countersOf(cgroup string) []string {
	const root = "/sys/fs/cgroup"
	var files []string
	for line := range strings.Lines(cgroup) {
		f := strings.SplitN(strings.TrimSuffix(line, "\n"), ":", 3)
		switch {
		case len(f) < 3:
		case f[0] == "0" && f[1] == "":
			files = append(files, filepath.Join(root, f[2], "memory.events"), filepath.Join(root, "memory.events"))
		case f[1] == "memory":
			const file = "memory.oom_control"
			files = slices.Insert(files, 0, filepath.Join(root, "memory", f[2], file), filepath.Join(root, "memory", file))
		}
	}
	return slices.Compact(files)
}

// killsOf is the number in the line oom_kill N of such a file.
func killsOf(events string) int {
	for line := range strings.Lines(events) {
		if n, ok := strings.CutPrefix(strings.TrimSpace(line), "oom_kill "); ok {
			if kills, err := strconv.Atoi(n); err == nil {
				return kills
			}
		}
	}
	return -1
}

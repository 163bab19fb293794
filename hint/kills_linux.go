package hint

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Kills is how many processes the kernel has killed for want of memory in this process's control group (cgroup v2, memory.events); -1
// where nobody counts.
func Kills() int {
	data, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		return -1
	}
	group := groupOf(string(data))
	if group == "" {
		return -1
	}
	events, err := os.ReadFile(filepath.Join("/sys/fs/cgroup", group, "memory.events"))
	if err != nil {
		return -1
	}
	return killsOf(string(events))
}

// groupOf is the path in the line 0::PATH of /proc/self/cgroup (cgroups(7)).
func groupOf(cgroup string) string {
	for line := range strings.Lines(cgroup) {
		if path, ok := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "0::"); ok {
			return path
		}
	}
	return ""
}

// killsOf is the number in the line oom_kill N of memory.events.
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

package fsinfo

import (
	"slices"
	"strconv"
	"strings"
)

// Unmapped reports whether a user namespace shows uid for owners that have no number in it (user_namespaces(7)).
func Unmapped(uid int) bool {
	overflow, err := ReadFile("/proc/sys/kernel/overflowuid")
	if err != nil || strings.TrimSpace(string(overflow)) != strconv.Itoa(uid) {
		return false
	}
	m, err := ReadFile("/proc/self/uid_map")
	return err == nil && !slices.Equal(strings.Fields(string(m)), []string{"0", "0", "4294967295"})
}

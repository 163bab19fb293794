package formats

import (
	"slices"
	"strings"
)

// An SELinuxLabel is the label of a file or a process: user:role:type:level. The policy decides by the type.
type SELinuxLabel string

// Type returns the type in the label; a label without parts is its own type.
func (l SELinuxLabel) Type() string {
	if parts := strings.SplitN(string(l), ":", 4); len(parts) > 2 {
		return parts[2]
	}
	return string(l)
}

// Container reports whether a process with the label runs in a container: by the types of today and those of before
// 2018 (container-selinux).
func (l SELinuxLabel) Container() bool {
	return slices.Contains([]string{"container_t", "svirt_lxc_net_t"}, l.Type())
}

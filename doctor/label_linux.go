package doctor

import (
	"strings"

	"golang.org/x/sys/unix"
)

// label is the SELinux label of a file, "" where it has none.
func label(path string) string {
	buf := make([]byte, 256)
	n, err := unix.Getxattr(path, "security.selinux", buf)
	if err != nil {
		return ""
	}
	return strings.TrimRight(string(buf[:n]), "\x00")
}

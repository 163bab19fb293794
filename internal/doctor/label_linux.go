package doctor

import (
	"strings"

	"github.com/go-safe/go-safe/internal/doctor/formats"
	"golang.org/x/sys/unix"
)

// labelOf returns the SELinux label of a file, "" if it has none.
func labelOf(path string) formats.SELinuxLabel {
	buf := make([]byte, 256)
	n, err := unix.Getxattr(path, "security.selinux", buf)
	if err != nil {
		return ""
	}
	return formats.SELinuxLabel(strings.TrimRight(string(buf[:n]), "\x00"))
}

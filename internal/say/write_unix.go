//go:build unix

package say

import (
	"io"
	"os"

	"golang.org/x/sys/unix"
)

// write writes a message. If standard error is a closed pipe, package os would end this process at a write to
// descriptor 2. The go command would end with us, although it may not write anything. So write uses a copy of
// the descriptor.
func write(w io.Writer, text string) {
	if w == io.Writer(os.Stderr) {
		if fd, err := unix.FcntlInt(2, unix.F_DUPFD_CLOEXEC, 3); err == nil {
			f := os.NewFile(uintptr(fd), os.Stderr.Name())
			defer f.Close()
			w = f
		}
	}
	io.WriteString(w, text)
}

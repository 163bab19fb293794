//go:build unix

package main

import (
	"io"
	"os"

	"golang.org/x/sys/unix"
)

// write writes a message of ours. Package os ends a process that writes to a closed pipe by descriptor 1 or 2, and the go
// command, which may have nothing to say, would end with us. So standard error is written to by another descriptor.
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

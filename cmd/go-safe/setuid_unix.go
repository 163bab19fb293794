//go:build unix

package main

import (
	"io/fs"
	"os"
)

// setuid reports whether the mode bits of its file gave this process rights that its caller does not have. If the bits
// cannot be seen, they did.
func setuid() bool {
	if !twoUsers() {
		return false
	}
	fi, err := os.Stat("/proc/self/exe")
	return err != nil || fi.Mode()&(fs.ModeSetuid|fs.ModeSetgid) != 0
}

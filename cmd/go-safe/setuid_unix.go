//go:build unix

package main

import "os"

// setuid reports whether the mode bits of its file gave this process rights that its caller does not have.
func setuid() bool {
	return os.Getuid() != os.Geteuid() || os.Getgid() != os.Getegid()
}

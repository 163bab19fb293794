//go:build unix

package gomod

import "syscall"

// nonblock keeps an open from waiting for somebody to write to a pipe.
const nonblock = syscall.O_NONBLOCK

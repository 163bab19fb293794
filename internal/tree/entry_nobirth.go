//go:build unix && !linux && !darwin && !freebsd && !netbsd

package tree

import (
	"time"

	"golang.org/x/sys/unix"
)

// bornAt returns zero: these systems do not tell birth times.
func bornAt(st *unix.Stat_t) time.Time { return time.Time{} }

//go:build darwin || freebsd || netbsd

package tree

import (
	"time"

	"golang.org/x/sys/unix"
)

// bornAt returns the birth time, which these systems keep.
func bornAt(st *unix.Stat_t) time.Time {
	return time.Unix(st.Btim.Unix())
}

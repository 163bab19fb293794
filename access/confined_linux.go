package access

import (
	"sync"

	"golang.org/x/sys/unix"
)

// Confined reports whether Landlock may hold for this process: access(2) does not ask it, and nothing tells
// whether it does. It needs the attribute no_new_privs (landlock(7)), which a service or a container may have for
// other reasons.
var Confined = sync.OnceValue(func() bool {
	set, err := unix.PrctlRetInt(unix.PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0)
	return err == nil && set == 1
})

package fsinfo

import (
	"sync"

	"golang.org/x/sys/unix"
)

// Confined reports whether Landlock may restrict this process. access(2) does not go by Landlock, and no call tells
// whether it is used. It needs the attribute no_new_privs (landlock(7)), which a service or a container may also
// have for other reasons.
var Confined = sync.OnceValue(func() bool {
	set, err := unix.PrctlRetInt(unix.PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0)
	return err == nil && set == 1
})

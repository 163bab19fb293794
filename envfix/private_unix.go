//go:build unix

package envfix

import (
	"errors"
	"io/fs"
	"os"

	"golang.org/x/sys/unix"
)

// restrict gives dir, a folder of ours, mode 0700. It works on a descriptor, because somebody could put a link
// there between a check and a chmod by name.
func restrict(dir string) error {
	fd, err := unix.Open(dir, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	if err != nil {
		return &fs.PathError{Op: "open", Path: dir, Err: err}
	}
	defer unix.Close(fd)
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return &fs.PathError{Op: "stat", Path: dir, Err: err}
	}
	if int(st.Uid) != os.Geteuid() {
		return &fs.PathError{Op: "use", Path: dir, Err: errors.New("belongs to another user")}
	}
	if st.Mode&0o777 == 0o700 {
		return nil
	}
	if err := unix.Fchmod(fd, 0o700); err != nil {
		return &fs.PathError{Op: "chmod", Path: dir, Err: err}
	}
	return nil
}

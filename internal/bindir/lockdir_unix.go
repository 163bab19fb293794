//go:build unix

package bindir

import (
	"errors"
	"io/fs"
	"os"

	"golang.org/x/sys/unix"
)

// lockDir locks a folder of this user until the file is closed or this process ends, also by SIGKILL. It does not
// wait.
func lockDir(dir string) (*os.File, error) {
	f, err := os.OpenFile(dir, os.O_RDONLY|unix.O_DIRECTORY|unix.O_NOFOLLOW, 0)
	if err != nil {
		return nil, err
	}
	var st unix.Stat_t
	err = unix.Fstat(int(f.Fd()), &st)
	if err == nil && int(st.Uid) != os.Geteuid() {
		err = fs.ErrPermission
	}
	if err == nil {
		err = unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	}
	if err != nil {
		f.Close()
		return nil, &fs.PathError{Op: "lock", Path: dir, Err: err}
	}
	return f, nil
}

// isLocked reports whether an error of lockDir says that another process has locked the folder.
func isLocked(err error) bool {
	return errors.Is(err, unix.EWOULDBLOCK)
}

//go:build unix

package envfix

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"

	"github.com/go-safe/go-safe/internal/fsinfo"
	"golang.org/x/sys/unix"
)

// privateName returns the name of this user's private folder in a temp folder. It is short, because the path of a
// Unix socket in t.TempDir has at most 108 bytes.
func privateName() string { return "go-" + strconv.Itoa(os.Geteuid()) }

// notPrivate says why a directory is not this user's alone, "" if it is.
func notPrivate(_ string, fi fs.FileInfo) string {
	switch {
	case fsinfo.Owner(fi) != os.Geteuid():
		return fmt.Sprintf("belongs to uid %d", fsinfo.Owner(fi))
	case fi.Mode()&0o022 != 0:
		return "may have been written to by others" // and a chmod would not remove what they put there
	}
	return ""
}

// othersCanRename reports whether others may rename entries of a directory: users who can write to it, and its owner
// even if it is sticky. Whether a group may write to a folder of ours counts only if strict.
func othersCanRename(_ string, dir fs.FileInfo, strict bool) bool {
	others := fs.FileMode(0o022)
	switch fsinfo.Owner(dir) {
	case os.Geteuid():
		if !strict {
			others = 0o002
		}
	case 0:
	default:
		return true
	}
	return dir.Mode()&others != 0 && dir.Mode()&fs.ModeSticky == 0
}

func makeFolder(dir string) error { return os.Mkdir(dir, 0o700) }

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

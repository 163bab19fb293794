//go:build unix

package clean

import (
	"math/rand/v2"
	"os"
	"strconv"
	"strings"

	"github.com/go-safe/go-safe/internal/fsinfo"
	"golang.org/x/sys/unix"
)

// newFolder makes a folder in an open directory, named prefix and a number, and opens it. By then another file may
// have its name: newFolder makes sure that what it opened is empty and ours, so that nothing is lost by what we do
// to it.
func newFolder(dir int, prefix string) (name string, fd int, err error) {
	for range 100 {
		name = numbered(prefix)
		if err = unix.Mkdirat(dir, name, 0o700); err != unix.EEXIST {
			break
		}
	}
	if err != nil {
		return "", -1, err
	}
	if fd, err = fsinfo.OpenSub(dir, name); err != nil {
		unix.Unlinkat(dir, name, unix.AT_REMOVEDIR)
		return "", -1, err
	}
	var st unix.Stat_t
	err = unix.Fstat(fd, &st)
	list, listErr := fsinfo.Names(fd)
	if err == nil && (listErr != nil || len(list) > 0 || int(st.Uid) != os.Geteuid()) {
		err = fsinfo.ErrReplaced
	}
	if err != nil {
		unix.Close(fd)
		return "", -1, err
	}
	return name, fd, nil
}

// numbered returns prefix and a random number.
func numbered(prefix string) string {
	return prefix + strconv.FormatUint(uint64(rand.Uint32()), 10)
}

// isNumbered reports whether name is prefix and a number.
func isNumbered(name, prefix string) bool {
	number, ok := strings.CutPrefix(name, prefix)
	return ok && number != "" && strings.Trim(number, "0123456789") == ""
}

// keptBits are the bits of a cache's mode that we give to another directory or back to the cache: not the setuid
// bit, with which nothing good could be meant.
const keptBits = 0o777 | unix.S_ISGID | unix.S_ISVTX

// copyRights gives an empty folder the mode of the cache. Root also gives it to the cache's owner, who can delete
// it then if we are killed.
func copyRights(folder int, cache *fsinfo.Dir) error {
	var st unix.Stat_t
	if err := unix.Fstat(cache.FD(), &st); err != nil {
		return err
	}
	if os.Geteuid() == 0 && st.Uid != 0 {
		if err := unix.Fchown(folder, int(st.Uid), int(st.Gid)); err != nil {
			return err
		}
	}
	return unix.Fchmod(folder, uint32(st.Mode)&keptBits)
}

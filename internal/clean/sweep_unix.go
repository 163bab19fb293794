//go:build unix

package clean

import (
	"os"
	"path/filepath"

	"github.com/go-safe/go-safe/internal/fsinfo"
	"golang.org/x/sys/unix"
)

func sweep(cache string, tryLock TryLock) (failed map[string]error) {
	cache = filepath.Clean(cache)
	failed = make(map[string]error)
	prefixes := map[string]string{
		filepath.Dir(cache): filepath.Base(cache) + "." + fsinfo.CleanMark,
		cache:               fsinfo.CleanMark,
	}
	for dir, prefix := range prefixes {
		d, err := fsinfo.OpenDir(dir)
		if err != nil {
			continue
		}
		if d.CheckParent(receiverOf(d)) == nil {
			sweepIn(d, prefix, tryLock, failed)
		}
		d.Close()
	}
	return failed
}

// sweepIn deletes the folders in a directory whose names are prefix and a number, if they belong to this user. Root
// also deletes those of the directory's owner, and others delete root's if they are empty: root cleans the caches
// of others, and may have been killed after or before it gave the folder to the owner.
func sweepIn(d *fsinfo.Dir, prefix string, tryLock TryLock, failed map[string]error) {
	names, _ := fsinfo.Names(d.FD())
	for _, name := range names {
		if !isNumbered(name, prefix) {
			continue
		}
		fd, err := openForRemoval(d.FD(), name)
		if err != nil {
			removeEmptyOfRoot(d.FD(), name)
			continue
		}
		var st unix.Stat_t
		folder := filepath.Join(d.Real(), name)
		owner, _ := d.Owner()
		if unix.Fstat(fd, &st) == nil && (int(st.Uid) == os.Geteuid() || os.Geteuid() == 0 && int(st.Uid) == owner) {
			if release, free := tryLock(folder); free {
				if err := remove(d.FD(), name, fd); err != nil {
					failed[folder] = deleteError(err, folder)
				}
				release()
			}
		}
		unix.Close(fd)
	}
}

func removeEmptyOfRoot(dir int, name string) {
	var st unix.Stat_t
	if unix.Fstatat(dir, name, &st, unix.AT_SYMLINK_NOFOLLOW) == nil && st.Uid == 0 {
		unix.Unlinkat(dir, name, unix.AT_REMOVEDIR)
	}
}

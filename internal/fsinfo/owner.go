package fsinfo

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// OwnerOf returns the uid of the owner of the file that a path leads to, -1 where nobody can tell.
func OwnerOf(path string) int {
	fi, err := os.Stat(path)
	if err != nil {
		return -1
	}
	return Owner(fi)
}

// OfRoot returns the directories on the way from a home down to dir, dir included, that belong to root, in that
// order. It follows no link: the way ends before the first element that is no directory. It is nil if dir is not
// below the home.
func OfRoot(home, dir string) (list []string) {
	at := filepath.Clean(home)
	way, below := strings.CutPrefix(filepath.Clean(dir), at+string(filepath.Separator))
	if !below {
		return nil
	}
	for name := range strings.SplitSeq(way, string(filepath.Separator)) {
		at = filepath.Join(at, name)
		fi, err := os.Lstat(at)
		if err != nil || !fi.IsDir() {
			break
		}
		if Owner(fi) == 0 {
			list = append(list, at)
		}
	}
	return list
}

// Ours reports whether this user owns the file that a path leads to, of which fi is what stat says.
func Ours(path string, fi fs.FileInfo) bool { return ours(path, fi) }

// Stranger names the user who owns the file that a path leads to, of which fi is what stat says: "uid 1000", or an
// account of Windows. It returns "" if that is root (on Windows: an administrator) or this user, or if nobody can tell.
func Stranger(path string, fi fs.FileInfo) string { return strangerOf(path, fi) }

//go:build unix

package fsinfo

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

func trusted(path string) bool {
	end, failed := walk{owned, guards}.follow(path)
	return failed == "" && end.IsDir() && trustedFile(end)
}

// NotRootsAlone says, in words that follow the path, why somebody except root could have written the open file at an
// absolute path, or could have led the path elsewhere. It returns "" if nobody could. In a user namespace that does not
// know root, files of unknown owners count as root's: see Unmapped.
func NotRootsAlone(fd int, path string) string {
	end, failed := walk{roots, closed}.follow(path)
	if failed != "" {
		return "could be another user's, because " + failed + " does not belong to root alone"
	}
	st := end.Sys().(*syscall.Stat_t)
	now, err := statOf(fd)
	switch {
	case err != nil || now.dev != uint64(st.Dev) || now.ino != uint64(st.Ino):
		return "is being replaced"
	case !end.Mode().IsRegular():
		return "is not a regular file"
	case end.Mode()&0o022 != 0:
		return "may be written to by others than root"
	}
	return ""
}

// A walk looks at each directory and link on the way to a file.
type walk struct {
	owned func(fs.FileInfo) bool // whether the owner of an element is good
	keeps func(fs.FileInfo) bool // whether a directory keeps its entries from others
}

// follow returns the file to which a path leads, or the element at which the way is not good.
func (w walk) follow(path string) (end fs.FileInfo, failed string) {
	at, rest, links := "/", elements(path), 0
	for {
		fi, err := os.Lstat(at)
		switch {
		case err != nil || !w.owned(fi):
			return nil, at
		case len(rest) == 0:
			return fi, ""
		case !w.keeps(fi):
			return nil, at
		}
		name := rest[0]
		rest = rest[1:]
		if name == ".." {
			at = filepath.Dir(at)
			continue
		}
		next := filepath.Join(at, name)
		target, err := os.Readlink(next)
		if err != nil {
			at = next
			continue
		}
		if fi, err := os.Lstat(next); err != nil || !w.owned(fi) {
			return nil, next
		}
		if links++; links > maxLinks {
			return nil, next
		}
		if filepath.IsAbs(target) {
			at = "/"
		}
		rest = append(elements(target), rest...)
	}
}

// elements returns the names in a path. It keeps "..", because what that means depends on links before it.
func elements(path string) (names []string) {
	for name := range strings.SplitSeq(path, "/") {
		if name != "" && name != "." {
			names = append(names, name)
		}
	}
	return names
}

// owned reports whether root or this user owns the file.
func owned(fi fs.FileInfo) bool {
	uid := int(fi.Sys().(*syscall.Stat_t).Uid)
	return uid == 0 || uid == os.Geteuid()
}

// roots reports whether root owns the file.
func roots(fi fs.FileInfo) bool {
	uid := int(fi.Sys().(*syscall.Stat_t).Uid)
	return uid == 0 || Unmapped(uid)
}

// closed reports whether only a directory's owner can rename an entry that the same owner made.
func closed(dir fs.FileInfo) bool {
	return dir.IsDir() && (dir.Mode()&0o022 == 0 || dir.Mode()&fs.ModeSticky != 0)
}

// guards reports whether nobody else can rename a file of root or this user in a directory that one of these owns.
func guards(dir fs.FileInfo) bool {
	others := fs.FileMode(0o022)
	if dir.Sys().(*syscall.Stat_t).Uid != 0 {
		others = 0o002
	}
	return dir.IsDir() && (dir.Mode()&others == 0 || dir.Mode()&fs.ModeSticky != 0)
}

func trustedFile(fi fs.FileInfo) bool {
	return owned(fi) && fi.Mode()&0o022 == 0
}

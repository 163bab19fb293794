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
	at, rest, links := "/", elements(path), 0
	for {
		fi, err := os.Lstat(at)
		switch {
		case err != nil || !owned(fi):
			return false
		case len(rest) == 0:
			return fi.IsDir() && trustedFile(fi)
		case !guards(fi):
			return false
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
		if fi, err := os.Lstat(next); err != nil || !owned(fi) {
			return false
		}
		if links++; links > maxLinks {
			return false
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

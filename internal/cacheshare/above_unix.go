//go:build unix

package cacheshare

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/go-safe/go-safe/internal/acl"
	"github.com/go-safe/go-safe/internal/fsinfo"
	"github.com/go-safe/go-safe/internal/tree"
)

// above returns the directories that a path leads through, the root first. It follows links, because the
// directories above their targets count.
func above(dir string) (list []string) {
	if parent, err := filepath.EvalSymlinks(filepath.Dir(dir)); err == nil {
		for ; ; parent = filepath.Dir(parent) {
			list = append(list, parent)
			if parent == filepath.Dir(parent) {
				break
			}
		}
	}
	slices.Reverse(list)
	return list
}

// checkAbove returns an error if everybody could rename the directory, or one above it, and put another in its
// place.
func checkAbove(dir string) error {
	for _, parent := range above(dir) {
		if fi, err := os.Stat(parent); err == nil && fi.Mode()&0o002 != 0 && fi.Mode()&fs.ModeSticky == 0 {
			return &tree.Refusal{
				Why:     fmt.Sprintf("%s could be replaced by everybody, who may rename in %s", dir, parent),
				Command: "chmod +t", Path: parent,
			}
		}
	}
	return nil
}

// unreachable returns the first directory above that does not let the group through, by its mode or ACL, "" if all
// do.
func unreachable(dir string, group int) string {
	for _, parent := range above(dir) {
		fi, err := os.Stat(parent)
		if err != nil {
			return parent
		}
		list := acl.FromMode(uint32(fi.Mode().Perm()))
		if have, _ := acl.OfPath(parent, acl.Access); have != nil {
			list = have
		}
		if !list.Passes(group, fsinfo.Group(fi)) {
			return parent
		}
	}
	return ""
}

//go:build unix

package rights

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/go-safe/go-safe/access"
	"golang.org/x/sys/unix"
)

// look collects the facts. What would cost more than a stat is asked only where it may matter: a private cache is the rule.
func look(dir string) facts {
	f := facts{there: true, owner: -1, uid: os.Geteuid()}
	fi, err := os.Stat(dir)
	for errors.Is(err, fs.ErrNotExist) && dir != filepath.Dir(dir) {
		f.there, dir = false, filepath.Dir(dir)
		fi, err = os.Stat(dir)
	}
	if err != nil || !fi.IsDir() {
		return f
	}
	st := fi.Sys().(*syscall.Stat_t)
	f.owner, f.group, f.mode = int(st.Uid), int(st.Gid), fi.Mode()
	f.heed(dir)
	f.readable, f.writable = access.Allowed(dir, unix.R_OK|unix.X_OK), access.Allowed(dir, unix.W_OK|unix.X_OK)
	if f.owner == f.uid && f.mode&0o020 == 0 { // with an ACL this bit is the mask: nobody else may write
		return f
	}
	f.unmapped = unmapped(f.owner)
	f.inherits, _ = defaultOf(dir)
	f.groups = ourGroups(f.group)
	return f
}

// ownerOf is the owner's uid, -1 for what cannot be looked at.
func ownerOf(path string) int {
	var st unix.Stat_t
	if unix.Stat(path, &st) != nil {
		return -1
	}
	return int(st.Uid)
}

// unmapped reports whether uid is the one that a user namespace shows for owners that it has no number for
// (user_namespaces(7)).
func unmapped(uid int) bool {
	overflow, err := os.ReadFile("/proc/sys/kernel/overflowuid")
	if err != nil || strings.TrimSpace(string(overflow)) != strconv.Itoa(uid) {
		return false
	}
	m, err := os.ReadFile("/proc/self/uid_map")
	return err == nil && !slices.Equal(strings.Fields(string(m)), []string{"0", "0", "4294967295"})
}

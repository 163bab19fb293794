//go:build unix && !darwin

package rights

import (
	"errors"
	"os"
)

// heed has nothing to look at: these systems have no ACLs like macOS.
func (f *facts) heed(dirfd int, name string) {}

func getMac(fd int) (macACL, error)            { return nil, errors.ErrUnsupported }
func setMac(fd int, l macACL) error            { return errors.ErrUnsupported }
func macSharing(fd, group int) (macACL, error) { return nil, errors.ErrUnsupported }

// ourGroups are the groups of the process.
func ourGroups(one int) []int {
	groups, _ := os.Getgroups()
	return append(groups, os.Getegid())
}

//go:build unix && !linux

package fsinfo

import "golang.org/x/sys/unix"

const wayFlags = unix.O_RDONLY | unix.O_DIRECTORY

// aclWriters knows no ACLs here: the mode decides.
func aclWriters(fd, gid int) (list []writer, ok bool) { return nil, false }

// isProc is false: links of other systems' process file systems are not known to be tried.
func isProc(int) bool { return false }

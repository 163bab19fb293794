//go:build linux && (amd64 || arm64)

package testscripts

import (
	"slices"
	"syscall"

	"golang.org/x/sys/unix"
)

// A traced is a system call that the kernel reports to us.
type traced struct {
	nr    uintptr
	paths []int           // indexes of the arguments that are paths; none if the first argument is a descriptor
	fails []syscall.Errno // the errors that are tried
}

// opens are the errors of opening a file.
var opens = []syscall.Errno{unix.EIO, unix.EMFILE, unix.ENOSPC, unix.EROFS, unix.EINTR}

// tracedCalls are the calls with which a Go program looks at files and changes them.
var tracedCalls = map[string]traced{
	"openat":     {unix.SYS_OPENAT, []int{1}, opens},
	"openat2":    {unix.SYS_OPENAT2, []int{1}, opens},
	"mkdirat":    {unix.SYS_MKDIRAT, []int{1}, []syscall.Errno{unix.EIO, unix.ENOSPC, unix.EROFS}},
	"renameat":   {unix.SYS_RENAMEAT, []int{1, 3}, []syscall.Errno{unix.EIO, unix.ENOSPC, unix.EROFS}},
	"renameat2":  {unix.SYS_RENAMEAT2, []int{1, 3}, []syscall.Errno{unix.EIO, unix.ENOSPC, unix.EROFS}},
	"unlinkat":   {unix.SYS_UNLINKAT, []int{1}, []syscall.Errno{unix.EIO, unix.EROFS}},
	"linkat":     {unix.SYS_LINKAT, []int{1, 3}, []syscall.Errno{unix.EIO, unix.ENOSPC, unix.EROFS}},
	"symlinkat":  {unix.SYS_SYMLINKAT, []int{0, 2}, []syscall.Errno{unix.EIO, unix.ENOSPC, unix.EROFS}},
	"readlinkat": {unix.SYS_READLINKAT, []int{1}, []syscall.Errno{unix.EIO}},
	"fchmodat":   {unix.SYS_FCHMODAT, []int{1}, []syscall.Errno{unix.EIO, unix.EROFS}},
	"fchmodat2":  {unix.SYS_FCHMODAT2, []int{1}, []syscall.Errno{unix.EIO, unix.EROFS}},
	"fchmod":     {unix.SYS_FCHMOD, nil, []syscall.Errno{unix.EIO, unix.EROFS}},
	"fchownat":   {unix.SYS_FCHOWNAT, []int{1}, []syscall.Errno{unix.EIO, unix.EROFS}},
	"fchown":     {unix.SYS_FCHOWN, nil, []syscall.Errno{unix.EIO, unix.EROFS}},
	"utimensat":  {unix.SYS_UTIMENSAT, []int{1}, []syscall.Errno{unix.EIO, unix.EROFS}},
	"ftruncate":  {unix.SYS_FTRUNCATE, nil, []syscall.Errno{unix.EIO, unix.ENOSPC}},
	"flock":      {unix.SYS_FLOCK, nil, []syscall.Errno{unix.EIO, unix.EINTR, unix.ENOLCK}},
	"fsync":      {unix.SYS_FSYNC, nil, []syscall.Errno{unix.EIO, unix.ENOSPC}},
	"read":       {unix.SYS_READ, nil, []syscall.Errno{unix.EIO, unix.EINTR}},
	"pread64":    {unix.SYS_PREAD64, nil, []syscall.Errno{unix.EIO, unix.EINTR}},
	"write":      {unix.SYS_WRITE, nil, []syscall.Errno{unix.EIO, unix.ENOSPC, unix.EFBIG, unix.EINTR}},
	"pwrite64":   {unix.SYS_PWRITE64, nil, []syscall.Errno{unix.EIO, unix.ENOSPC, unix.EINTR}},
	"getdents64": {unix.SYS_GETDENTS64, nil, []syscall.Errno{unix.EIO}},
	"newfstatat": {unix.SYS_NEWFSTATAT, []int{1}, []syscall.Errno{unix.EIO}},
	"statx":      {unix.SYS_STATX, []int{1}, []syscall.Errno{unix.EIO}},
	"fstat":      {unix.SYS_FSTAT, nil, []syscall.Errno{unix.EIO}},
	"statfs":     {unix.SYS_STATFS, []int{0}, []syscall.Errno{unix.EIO}},
	"faccessat":  {unix.SYS_FACCESSAT, []int{1}, []syscall.Errno{unix.EIO, unix.EROFS}},
	"faccessat2": {unix.SYS_FACCESSAT2, []int{1}, []syscall.Errno{unix.EIO, unix.EROFS}},
	"getxattr":   {unix.SYS_GETXATTR, []int{0}, []syscall.Errno{unix.EIO}},
	"fgetxattr":  {unix.SYS_FGETXATTR, nil, []syscall.Errno{unix.EIO}},
	"fsetxattr":  {unix.SYS_FSETXATTR, nil, []syscall.Errno{unix.EIO, unix.ENOSPC, unix.EROFS}},

	"copy_file_range": {unix.SYS_COPY_FILE_RANGE, nil, []syscall.Errno{unix.EIO, unix.ENOSPC, unix.EFBIG, unix.EINTR}},
	"fremovexattr":    {unix.SYS_FREMOVEXATTR, nil, []syscall.Errno{unix.EIO, unix.EROFS}},
}

// persistent are the errors whose cause may stay.
var persistent = []syscall.Errno{unix.EIO, unix.ENOSPC, unix.EROFS, unix.EMFILE, unix.EFBIG}

// takesRoom are the calls that need room on the disk. A read-only file system also refuses the other changes.
var (
	takesRoom = []string{
		"mkdirat", "renameat", "renameat2", "linkat", "symlinkat", "write", "pwrite64", "fsetxattr", "copy_file_range",
	}
	changes = slices.Concat(takesRoom, []string{
		"unlinkat", "fchmodat", "fchmodat2", "fchmod", "fchownat", "fchown", "utimensat", "ftruncate", "fremovexattr",
	})
)

// suffers reports whether the cause of an error makes the call fail too. The causes: a full disk, a disk that became
// read-only after errors, a disk that does not answer, no descriptors left, a limit for the size of files.
func suffers(call string, openFlags uint64, errno syscall.Errno) bool {
	open := call == "openat" || call == "openat2"
	switch errno {
	case unix.ENOSPC:
		return slices.Contains(takesRoom, call) || open && openFlags&unix.O_CREAT != 0
	case unix.EROFS:
		return slices.Contains(changes, call) || open && openFlags&(unix.O_CREAT|unix.O_ACCMODE|unix.O_TRUNC) != 0
	case unix.EMFILE:
		return open
	case unix.EFBIG:
		return call == "write" || call == "pwrite64" || call == "copy_file_range"
	}
	return errno == unix.EIO
}

package rights

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The ACLs of macOS are read and written by its C library alone: system calls have no promised numbers there, and the names
// of groups are known to a daemon. The library is called as golang.org/x/sys/unix does it, which has none of these functions.

const extendedACL = 0x100 // ACL_TYPE_EXTENDED in sys/acl.h

//go:cgo_import_dynamic libc_acl_get_file acl_get_file "/usr/lib/libSystem.B.dylib"
//go:cgo_import_dynamic libc_acl_get_fd_np acl_get_fd_np "/usr/lib/libSystem.B.dylib"
//go:cgo_import_dynamic libc_acl_set_fd_np acl_set_fd_np "/usr/lib/libSystem.B.dylib"
//go:cgo_import_dynamic libc_acl_to_text acl_to_text "/usr/lib/libSystem.B.dylib"
//go:cgo_import_dynamic libc_acl_from_text acl_from_text "/usr/lib/libSystem.B.dylib"
//go:cgo_import_dynamic libc_acl_free acl_free "/usr/lib/libSystem.B.dylib"
//go:cgo_import_dynamic libc_mbr_uid_to_uuid mbr_uid_to_uuid "/usr/lib/libSystem.B.dylib"
//go:cgo_import_dynamic libc_mbr_gid_to_uuid mbr_gid_to_uuid "/usr/lib/libSystem.B.dylib"
//go:cgo_import_dynamic libc_mbr_check_membership mbr_check_membership "/usr/lib/libSystem.B.dylib"

// Set in libc_darwin.s.
var (
	libc_acl_get_file_addr         uintptr
	libc_acl_get_fd_np_addr        uintptr
	libc_acl_set_fd_np_addr        uintptr
	libc_acl_to_text_addr          uintptr
	libc_acl_from_text_addr        uintptr
	libc_acl_free_addr             uintptr
	libc_mbr_uid_to_uuid_addr      uintptr
	libc_mbr_gid_to_uuid_addr      uintptr
	libc_mbr_check_membership_addr uintptr
)

// Of package syscall, which lets packages have them: go.dev/issue/67401.

//go:linkname syscall_syscall syscall.syscall
func syscall_syscall(fn, a1, a2, a3 uintptr) (r1, r2 uintptr, err syscall.Errno)

//go:linkname syscall_syscallPtr syscall.syscallPtr
func syscall_syscallPtr(fn, a1, a2, a3 uintptr) (r1, r2 uintptr, err syscall.Errno)

// macOfPath reads the ACL of what a path leads to; nil where there is none.
func macOfPath(path string) (macACL, error) {
	p, err := unix.BytePtrFromString(path)
	if err != nil {
		return nil, err
	}
	list, _, errno := syscall_syscallPtr(libc_acl_get_file_addr, uintptr(unsafe.Pointer(p)), extendedACL, 0)
	return readMac(list, errno)
}

// getMac reads the ACL of an open file.
func getMac(fd int) (macACL, error) {
	list, _, errno := syscall_syscallPtr(libc_acl_get_fd_np_addr, uintptr(fd), extendedACL, 0)
	return readMac(list, errno)
}

// readMac turns an acl_t into an ACL, and frees it.
func readMac(list uintptr, errno syscall.Errno) (macACL, error) {
	switch {
	case list == 0 && errno == unix.ENOENT: // of a file that is there: it has no ACL
		return nil, nil
	case list == 0:
		return nil, errno
	}
	defer syscall_syscall(libc_acl_free_addr, list, 0, 0)
	var size int
	text, _, errno := syscall_syscallPtr(libc_acl_to_text_addr, list, uintptr(unsafe.Pointer(&size)), 0)
	if text == 0 {
		return nil, errno
	}
	defer syscall_syscall(libc_acl_free_addr, text, 0, 0)
	return parseMac(string(unsafe.Slice((*byte)(pointer(text)), size)))
}

// pointer is an address that C returned: the garbage collector has nothing there.
func pointer(address uintptr) unsafe.Pointer {
	return *(*unsafe.Pointer)(unsafe.Pointer(&address))
}

// setMac sets the ACL of an open file.
func setMac(fd int, l macACL) error {
	text, err := unix.BytePtrFromString(l.text())
	if err != nil {
		return err
	}
	list, _, errno := syscall_syscallPtr(libc_acl_from_text_addr, uintptr(unsafe.Pointer(text)), 0, 0)
	if list == 0 {
		return errno
	}
	defer syscall_syscall(libc_acl_free_addr, list, 0, 0)
	if r, _, errno := syscall_syscall(libc_acl_set_fd_np_addr, uintptr(fd), list, extendedACL); int32(r) != 0 {
		return errno
	}
	return nil
}

// uuidOf is that of a user or group, by mbr_uid_to_uuid or mbr_gid_to_uuid, which return their error.
func uuidOf(fn uintptr, id int) (u uuid, err error) {
	if r, _, _ := syscall_syscall(fn, uintptr(uint32(id)), uintptr(unsafe.Pointer(&u)), 0); int32(r) != 0 {
		return u, syscall.Errno(int32(r))
	}
	return u, nil
}

// member reports whether a user is in a group, by way of others too.
func member(user, group uuid) bool {
	var is int32
	r, _, _ := syscall_syscall(libc_mbr_check_membership_addr, uintptr(unsafe.Pointer(&user)), uintptr(unsafe.Pointer(&group)),
		uintptr(unsafe.Pointer(&is)))
	return int32(r) == 0 && is != 0
}

package rights

import (
	"errors"
	"github.com/go-safe/go-safe/internal/fsinfo"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"unsafe"

	"golang.org/x/sys/windows"
)

// Owners are no numbers on Windows. These say all that is to be known.
const (
	ourselves = -1
	somebody  = -2
)

// look collects the facts. That everybody may write says nothing there: all folders of a second drive inherit it.
func look(dir string) facts {
	f := facts{there: true, owner: ourselves, uid: ourselves}
	_, err := os.Stat(dir)
	for errors.Is(err, fs.ErrNotExist) && dir != filepath.Dir(dir) {
		f.there, dir = false, filepath.Dir(dir)
		_, err = os.Stat(dir)
	}
	f.readable = opens(dir, windows.FILE_LIST_DIRECTORY)
	f.writable = opens(dir, windows.FILE_WRITE_DATA|windows.FILE_APPEND_DATA)
	d, err := describe(dir)
	if err != nil || d.open || remote(dir) {
		return f // a file system without ACLs, or one that does not show them, or not as we know ourselves
	}
	us, owners := parties()
	f.lets = d.list.lets(us...)
	if slices.Contains(owners, d.owner) {
		f.shares = d.shares(owners...)
	} else {
		f.owner = somebody
	}
	return f
}

// remote reports whether a path is on another machine, which has names of its own for us: what is ours may not look so.
func remote(path string) bool {
	volume := filepath.VolumeName(path)
	root, err := windows.UTF16PtrFromString(volume + `\`)
	return err != nil || len(volume) != len("C:") || windows.GetDriveType(root) == windows.DRIVE_REMOTE
}

// opens tries whether a directory can be opened for that. Nothing is written. One that somebody has opened and wants for himself
// could be.
func opens(path string, access uint32) bool {
	name, err := windows.UTF16PtrFromString(path)
	if err != nil {
		return false
	}
	h, err := windows.CreateFile(name, access, shareAll, nil, windows.OPEN_EXISTING, windows.FILE_FLAG_BACKUP_SEMANTICS, 0)
	if err != nil {
		return errors.Is(err, windows.ERROR_SHARING_VIOLATION)
	}
	windows.CloseHandle(h)
	return true
}

// What is read of a descriptor.
const told = windows.OWNER_SECURITY_INFORMATION | windows.DACL_SECURITY_INFORMATION

func describe(path string) (descriptor, error) {
	sd, err := windows.GetNamedSecurityInfo(path, windows.SE_FILE_OBJECT, told)
	return descriptorOf(sd, err)
}

func descriptorOf(sd *windows.SECURITY_DESCRIPTOR, err error) (descriptor, error) {
	if err != nil {
		return descriptor{}, err
	}
	if sd == nil {
		return descriptor{open: true}, nil
	}
	return parseDescriptor(unsafe.Slice((*byte)(unsafe.Pointer(sd)), sd.Length()))
}

// parties are whom an ACL may call us, and as whom we own what we make: administrators own it together.
func parties() (us, owners []string) {
	token := windows.GetCurrentProcessToken()
	if user, err := token.GetTokenUser(); err == nil {
		us = append(us, user.User.Sid.String())
		owners = append(owners, us...)
	}
	groups, err := token.GetTokenGroups()
	if err != nil {
		return us, owners
	}
	for _, g := range groups.AllGroups() {
		if g.Attributes&windows.SE_GROUP_ENABLED == 0 {
			continue
		}
		us = append(us, g.Sid.String())
		if g.Attributes&windows.SE_GROUP_OWNER != 0 {
			owners = append(owners, g.Sid.String())
		}
	}
	return us, owners
}

// ownerOf tells nothing.
func ownerOf(path string) int {
	return ourselves
}

// Way finds nothing to object to: there is no root here.
func Way(dir string) error { return nil }

// receiverOf names nobody: root is no user here.
func receiverOf(d *fsinfo.Dir) fsinfo.Receiver { return fsinfo.Receiver{} }

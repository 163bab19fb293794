package rights

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"unsafe"

	"golang.org/x/sys/windows"
)

// A keeper lets what is in a cache inherit again.
type keeper struct {
	dry   bool
	wrong func(d descriptor, dir bool) bool // whether it does not
	tally *tally
}

// tree brings in line what is in an open directory, and closes it.
func (k *keeper) tree(dir *os.File, at *node, part uint64) {
	defer dir.Close()
	list, err := dir.Readdirnames(-1)
	if err != nil {
		k.tally.leave(at.in, at.name, err.Error())
	}
	each := part / uint64(max(1, len(list)))
	rest := part - each*uint64(len(list))
	for _, name := range list {
		k.tally.meter.seen.Add(1)
		if sub := k.entry(dir, name, at); sub != nil {
			k.tree(sub, &node{at, name}, each)
		} else {
			rest += each
		}
	}
	k.tally.meter.done.Add(rest)
}

// entry brings one entry of a directory in line. It returns a directory, open, that is to be walked.
func (k *keeper) entry(dir *os.File, name string, at *node) *os.File {
	h, err := openAt(windows.Handle(dir.Fd()), name, windows.WRITE_DAC)
	if errors.Is(err, fs.ErrPermission) { // it may be right as it is
		h, err = openAt(windows.Handle(dir.Fd()), name, 0)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil // gone since it was listed
	}
	if err != nil {
		k.tally.leave(at, name, err.Error())
		return nil
	}
	f := os.NewFile(uintptr(h), name)
	before := k.tally.changed[ACLs].Load()
	isDir, err := k.check(h)
	if k.tally.changed[ACLs].Load() > before {
		k.tally.list(at, name, "ACL")
	}
	if err != nil {
		k.tally.leave(at, name, err.Error())
	}
	if isDir {
		return f
	}
	f.Close()
	return nil
}

var errNotKept = errors.New("does not inherit; its file system keeps no ACLs of its own")

// check brings what is open in line and reports whether it is a directory to be walked.
func (k *keeper) check(h windows.Handle) (isDir bool, err error) {
	var info windows.ByHandleFileInformation
	if err := windows.GetFileInformationByHandle(h, &info); err != nil {
		return false, err
	}
	isDir = info.FileAttributes&windows.FILE_ATTRIBUTE_DIRECTORY != 0
	if info.FileAttributes&windows.FILE_ATTRIBUTE_REPARSE_POINT != 0 {
		return false, nil // a link, or a junction
	}
	d, err := descriptorOf(windows.GetSecurityInfo(h, windows.SE_FILE_OBJECT, told))
	switch {
	case err != nil || !k.wrong(d, isDir):
		return isDir, err
	case !isDir && info.NumberOfLinks != 1:
		return false, fmt.Errorf("has %d names", info.NumberOfLinks)
	case k.dry:
		k.tally.changed[ACLs].Add(1)
		return isDir, nil
	}
	if err := inheritOnly(h); err != nil {
		return isDir, err
	}
	if d, err := descriptorOf(windows.GetSecurityInfo(h, windows.SE_FILE_OBJECT, told)); err != nil || k.wrong(d, isDir) {
		return isDir, errNotKept
	}
	k.tally.changed[ACLs].Add(1)
	return isDir, nil
}

// inheritOnly takes an entry's own ACL away, as icacls /reset does. Windows then lets it inherit, and what is below.
func inheritOnly(h windows.Handle) error {
	none := [2]uint32{aclRevision | 8<<16, 0} // its version and size, and no entries
	return windows.SetSecurityInfo(h, windows.SE_FILE_OBJECT,
		windows.DACL_SECURITY_INFORMATION|windows.UNPROTECTED_DACL_SECURITY_INFORMATION, nil, nil,
		(*windows.ACL)(unsafe.Pointer(&none)), nil)
}

const (
	aclRevision = 2 // of ACLs without entries for objects, in winnt.h
	lookAccess  = windows.READ_CONTROL | windows.FILE_READ_ATTRIBUTES | windows.FILE_LIST_DIRECTORY | windows.SYNCHRONIZE
	shareAll    = windows.FILE_SHARE_READ | windows.FILE_SHARE_WRITE | windows.FILE_SHARE_DELETE
)

// openAt opens an entry of an open directory, and no other in its place: a link itself, not what it leads to.
func openAt(dir windows.Handle, name string, access uint32) (windows.Handle, error) {
	path, err := windows.NewNTUnicodeString(name)
	if err != nil {
		return 0, err
	}
	attributes := windows.OBJECT_ATTRIBUTES{RootDirectory: dir, ObjectName: path}
	attributes.Length = uint32(unsafe.Sizeof(attributes))
	var h windows.Handle
	err = windows.NtCreateFile(&h, access|lookAccess, &attributes, new(windows.IO_STATUS_BLOCK), nil, 0, shareAll, windows.FILE_OPEN,
		windows.FILE_OPEN_REPARSE_POINT|windows.FILE_OPEN_FOR_BACKUP_INTENT|windows.FILE_SYNCHRONOUS_IO_NONALERT, 0, 0)
	if status, ok := err.(windows.NTStatus); ok {
		err = status.Errno()
	}
	return h, err
}

// openCache opens a directory that looks like a cache, and no link to one: who may have put it there may have meant another.
func openCache(dir string) (*os.File, Shape, error) {
	h, err := openRoot(dir)
	if err != nil {
		return nil, Other, err
	}
	f := os.NewFile(uintptr(h), dir)
	list, err := f.Readdirnames(-1)
	if err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err != nil {
		f.Close()
		return nil, Other, err
	}
	slices.Sort(list) // the same is named each time
	shape, odd := shapeOf(list, func(path string) bool {
		fi, err := os.Lstat(filepath.Join(dir, path))
		return err == nil && fi.IsDir()
	})
	if shape == Other {
		f.Close()
		return nil, Other, fmt.Errorf("%s is not a cache of the go command: it has %s in it", dir, odd)
	}
	return f, shape, nil
}

func openRoot(dir string) (windows.Handle, error) {
	name, err := windows.UTF16PtrFromString(dir)
	if err != nil {
		return 0, err
	}
	h, err := windows.CreateFile(name, windows.WRITE_DAC|lookAccess, shareAll, nil, windows.OPEN_EXISTING,
		windows.FILE_FLAG_BACKUP_SEMANTICS|windows.FILE_FLAG_OPEN_REPARSE_POINT, 0)
	if err != nil {
		return 0, &fs.PathError{Op: "open", Path: dir, Err: err}
	}
	var info windows.ByHandleFileInformation
	if err := windows.GetFileInformationByHandle(h, &info); err != nil || info.FileAttributes&windows.FILE_ATTRIBUTE_REPARSE_POINT != 0 {
		windows.CloseHandle(h)
		return 0, cmp.Or(err, fmt.Errorf("%s is a link; if it is meant, name its target", dir))
	}
	return h, nil
}

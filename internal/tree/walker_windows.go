package tree

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"
	"unsafe"

	"github.com/go-safe/go-safe/internal/acl"
	"github.com/go-safe/go-safe/internal/layout"
	"golang.org/x/sys/windows"
)

// Now returns the time that files made from here on are not older than.
func Now() time.Time { return time.Now() }

// A Walker lets what is in a cache inherit again.
type Walker struct {
	wrong func(d acl.Descriptor, dir bool) bool
	dry   bool
	tally *tally
}

// New returns a walker that changes the entries with a wrong descriptor.
func New(wrong func(d acl.Descriptor, dir bool) bool, o *Options) *Walker {
	return &Walker{wrong: wrong, dry: o.Dry, tally: newTally(o)}
}

// Report returns what the walker did.
func (w *Walker) Report() *Report { return w.tally.report() }

// ChangesRoot counts that the ACL of the cache itself changes, and reports whether that is to be done.
func (w *Walker) ChangesRoot(dir *os.File) bool {
	w.tally.changed[ACLs].Add(1)
	w.tally.listWas(nil, dir.Name(), "ACL", listOf(windows.Handle(dir.Fd())))
	return !w.dry
}

// listOf returns the ACL of an open file as icacls /save writes it, "" if it cannot be read.
func listOf(h windows.Handle) string {
	sd, err := windows.GetSecurityInfo(h, windows.SE_FILE_OBJECT, windows.DACL_SECURITY_INFORMATION)
	if err != nil {
		return ""
	}
	return sd.String()
}

// Tree brings in line what is in an open directory, and closes it.
func (w *Walker) Tree(dir *os.File) {
	w.tally.meter.seen.Add(1)
	w.tree(dir, &Node{Name: dir.Name()}, Whole)
}

func (w *Walker) tree(dir *os.File, at *Node, part uint64) {
	defer dir.Close()
	list, err := dir.Readdirnames(-1)
	if err != nil {
		w.tally.leave(at.In, at.Name, err.Error())
	}
	each := part / uint64(max(1, len(list)))
	rest := part - each*uint64(len(list))
	for _, name := range list {
		w.tally.meter.seen.Add(1)
		if sub := w.entry(dir, name, at); sub != nil {
			w.tree(sub, &Node{at, name}, each)
		} else {
			rest += each
		}
	}
	w.tally.meter.done.Add(rest)
}

// entry brings one entry of a directory in line. It returns a directory, open, that is to be walked.
func (w *Walker) entry(dir *os.File, name string, at *Node) *os.File {
	h, err := openAt(windows.Handle(dir.Fd()), name, windows.WRITE_DAC)
	if errors.Is(err, fs.ErrPermission) { // it may be right as it is
		h, err = openAt(windows.Handle(dir.Fd()), name, 0)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil // gone since it was listed
	}
	if err != nil {
		w.tally.leave(at, name, err.Error())
		return nil
	}
	f := os.NewFile(uintptr(h), name)
	before := w.tally.changed[ACLs].Load()
	was := ""
	if w.tally.tell != nil {
		was = listOf(h)
	}
	isDir, err := w.change(h)
	if w.tally.changed[ACLs].Load() > before {
		w.tally.listWas(at, name, "ACL", was)
	}
	if err != nil {
		w.tally.leave(at, name, err.Error())
	}
	if isDir {
		return f
	}
	f.Close()
	return nil
}

var errNotKept = errors.New("does not keep the ACL that it gets, as on a file system without ACLs")

// change brings an open entry in line and reports whether it is a directory to be walked.
func (w *Walker) change(h windows.Handle) (isDir bool, err error) {
	var info windows.ByHandleFileInformation
	if err := windows.GetFileInformationByHandle(h, &info); err != nil {
		return false, err
	}
	isDir = info.FileAttributes&windows.FILE_ATTRIBUTE_DIRECTORY != 0
	if info.FileAttributes&windows.FILE_ATTRIBUTE_REPARSE_POINT != 0 {
		return false, nil // a link, or a junction
	}
	d, err := acl.DescriptorOf(h)
	switch {
	case err != nil || !w.wrong(d, isDir):
		return isDir, err
	case !isDir && info.NumberOfLinks != 1:
		return false, fmt.Errorf("has %d names", info.NumberOfLinks)
	case w.dry:
		w.tally.changed[ACLs].Add(1)
		return isDir, nil
	}
	err = SetACL(h, inheritOnly, func(d acl.Descriptor) bool { return !w.wrong(d, isDir) })
	if err == nil {
		w.tally.changed[ACLs].Add(1)
	}
	return isDir, err
}

// SetACL changes the ACL of an open file. If that fails, or if the ACL is not right afterwards, the file gets back the
// one that it had.
func SetACL(h windows.Handle, set func(windows.Handle) error, right func(acl.Descriptor) bool) error {
	before, err := acl.Security(h)
	if err != nil {
		return err
	}
	if err = set(h); err == nil {
		var d acl.Descriptor
		if d, err = acl.DescriptorOf(h); err == nil && !right(d) {
			err = errNotKept
		}
	}
	if err == nil {
		return nil
	}
	if lost := acl.Restore(h, before); lost != nil {
		return fmt.Errorf("%w; the ACL that it had cannot be put back (%w): %s", err, lost, before)
	}
	return err
}

// inheritOnly takes an entry's own ACL away, as icacls /reset does. Windows then lets it inherit, and what is
// below.
func inheritOnly(h windows.Handle) error {
	const aclRevision = 2                     // of ACLs without entries for objects, in winnt.h
	none := [2]uint32{aclRevision | 8<<16, 0} // its version and size, and no entries
	return windows.SetSecurityInfo(h, windows.SE_FILE_OBJECT,
		windows.DACL_SECURITY_INFORMATION|windows.UNPROTECTED_DACL_SECURITY_INFORMATION, nil, nil,
		(*windows.ACL)(unsafe.Pointer(&none)), nil)
}

const (
	lookAccess = windows.READ_CONTROL | windows.FILE_READ_ATTRIBUTES | windows.FILE_LIST_DIRECTORY |
		windows.SYNCHRONIZE
	shareAll = windows.FILE_SHARE_READ | windows.FILE_SHARE_WRITE | windows.FILE_SHARE_DELETE
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
	err = windows.NtCreateFile(&h, access|lookAccess, &attributes, new(windows.IO_STATUS_BLOCK), nil, 0, shareAll,
		windows.FILE_OPEN, windows.FILE_OPEN_REPARSE_POINT|windows.FILE_OPEN_FOR_BACKUP_INTENT|
			windows.FILE_SYNCHRONOUS_IO_NONALERT, 0, 0)
	if status, ok := err.(windows.NTStatus); ok {
		err = status.Errno()
	}
	return h, err
}

// OpenCache opens a directory if it looks like a cache, and no link to one: the user who put the link there may
// have meant another.
func OpenCache(dir string) (*os.File, layout.Shape, error) {
	h, err := openRoot(dir)
	if err != nil {
		return nil, layout.Other, err
	}
	f := os.NewFile(uintptr(h), dir)
	list, err := f.Readdirnames(-1)
	if err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err != nil {
		f.Close()
		return nil, layout.Other, err
	}
	slices.Sort(list) // so that each time the same entry is named
	shape, odd := layout.ShapeOf(list, func(path string) bool {
		fi, err := os.Lstat(filepath.Join(dir, path))
		return err == nil && fi.IsDir()
	})
	if shape == layout.Other {
		f.Close()
		return nil, shape, fmt.Errorf("%s is not a cache of the go command: it has %s in it", dir, odd)
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
	err = windows.GetFileInformationByHandle(h, &info)
	if err != nil || info.FileAttributes&windows.FILE_ATTRIBUTE_REPARSE_POINT != 0 {
		windows.CloseHandle(h)
		return 0, cmp.Or(err, fmt.Errorf("%s is a link; if it is meant, name its target", dir))
	}
	return h, nil
}

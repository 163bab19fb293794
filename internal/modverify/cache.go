// Package modverify compares what a module cache has with go.sum and with its own hashes (Verify), and repairs
// what is damaged and nothing else (Repair). It works by descriptor: no link in a cache leads it outside, and
// it enters no other file system.
package modverify

import (
	"errors"
	"io/fs"
	"os"
	pathpkg "path"
	"path/filepath"
	"sync/atomic"

	"github.com/go-safe/go-safe/internal/fsinfo"
	"github.com/go-safe/go-safe/internal/modcache"
)

// A Cache is a module cache that is open. cache/download may be on another file system than the rest.
type Cache struct {
	Dir      string   // as it was opened
	Apart    string   // a directory in which Repair has the go command work; "" for in the cache. See Repair.
	root     *os.Root // the extracted modules
	download *os.Root // cache/download; nil where nothing was ever downloaded

	rootDevice, downloadDevice uint64

	repairing atomic.Pointer[steps] // of the Repair that goes on
}

// errDevice says that something is mounted there.
var errDevice = errors.New("is on another file system")

// Open opens the module cache at dir, an absolute path. The error wraps fs.ErrNotExist where there is none.
func Open(dir string) (*Cache, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	return In(root, dir)
}

// In is Open for a directory that is open. The Cache closes it.
func In(root *os.Root, dir string) (*Cache, error) {
	c := &Cache{Dir: dir, root: root}
	var err error
	if c.rootDevice, err = deviceOf(root); err == nil {
		err = c.openDownload()
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		c.Close()
		return nil, inFull(dir, err)
	}
	return c, nil
}

func (c *Cache) openDownload() (err error) {
	if c.download, err = c.root.OpenRoot(modcache.Downloads); err == nil {
		c.downloadDevice, err = deviceOf(c.download)
	}
	return err
}

// Close closes the directories.
func (c *Cache) Close() {
	c.root.Close()
	if c.download != nil {
		c.download.Close()
	}
}

// OthersWrite reports whether another user than root may write to the cache, by owner and mode. (With an ACL
// the group's bits are the mask.)
func (c *Cache) OthersWrite() bool {
	for _, dir := range []*os.Root{c.root, c.download} {
		if dir == nil {
			continue
		}
		fi, err := dir.Stat(".")
		if err != nil || fi.Mode()&0o022 != 0 || fsinfo.Owner(fi) > 0 {
			return true
		}
	}
	return false
}

// path is a path in the cache, for messages.
func (c *Cache) path(elem ...string) string {
	return c.Dir + string(filepath.Separator) + filepath.FromSlash(pathpkg.Join(elem...))
}

// deviceOf identifies the file system of a directory. On Windows it is always 0: a mount point is a reparse
// point there, which os.Root does not follow.
func deviceOf(dir *os.Root) (uint64, error) {
	fi, err := dir.Stat(".")
	if err != nil {
		return 0, err
	}
	return fsinfo.Device(fi), nil
}

// enter opens a directory below parent that is on the given device.
func enter(parent *os.Root, name string, device uint64) (*os.Root, error) {
	dir, err := parent.OpenRoot(name)
	if err != nil {
		return nil, err
	}
	have, err := deviceOf(dir)
	if err == nil && have != device {
		err = &fs.PathError{Op: "open", Path: name, Err: errDevice}
	}
	if err != nil {
		dir.Close()
		return nil, err
	}
	return dir, nil
}

// folder opens the folder of an entry's downloads.
func (c *Cache) folder(e *Entry) (*os.Root, error) {
	return enter(c.download, e.inDownload(), c.downloadDevice)
}

// lock takes the go command's lock of an entry. Where the entry has no folder nobody works on it.
func (c *Cache) lock(e *Entry, exclusive bool) (release func(), err error) {
	folder, err := c.download.OpenRoot(e.inDownload())
	if errors.Is(err, fs.ErrNotExist) {
		return func() {}, nil
	} else if err != nil {
		return nil, err
	}
	defer folder.Close()
	return modcache.Lock(folder, e.Base(".lock"), exclusive)
}

// list returns the entries of a directory.
func list(dir *os.Root) ([]fs.DirEntry, error) {
	f, err := dir.Open(".")
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return f.ReadDir(-1)
}

package modcache

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	pathpkg "path"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/module"
)

// A Cache is a module cache to be looked at. No link in it leads anywhere outside, and no other file system is entered, but for
// the one that cache/download may be.
type Cache struct {
	Dir      string   // as it was opened
	Apart    string   // where Heal has the go command work, "" for in the cache; see there
	root     *os.Root // the extracted modules
	download *os.Root // cache/download: what was downloaded, and nil where nothing ever was

	rootDevice, downloadDevice uint64
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

// In is Open for a directory that is open already. It becomes the cache's to close.
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

// openDownload opens cache/download.
func (c *Cache) openDownload() (err error) {
	if c.download, err = c.root.OpenRoot("cache/download"); err == nil {
		c.downloadDevice, err = deviceOf(c.download)
	}
	return err
}

// Foreign reports whether another user than root may write to the cache, by its modes. With an ACL the group's bits
// are the mask.
func (c *Cache) Foreign() bool {
	for _, dir := range []*os.Root{c.root, c.download} {
		if dir == nil {
			continue
		}
		fi, err := dir.Stat(".")
		if err != nil || fi.Mode()&0o022 != 0 {
			return true
		}
		if uid, _ := ownerOf(fi); uid != 0 {
			return true
		}
	}
	return false
}

// Close gives the directories back.
func (c *Cache) Close() {
	c.root.Close()
	if c.download != nil {
		c.download.Close()
	}
}

// An Entry is what a module cache has of one version of a module, or rubbish that belongs to none.
type Entry struct {
	Mod   module.Version // empty for rubbish
	at    string         // folder of its downloads, below cache/download
	base  string         // what the names of its files there begin with
	dir   string         // where it is extracted, below the cache
	temps []string       // names of temporary files in at
	size  int64          // of the zip file
}

// newEntry returns the entry of a module version; not ok where the go command would not use it.
func newEntry(mod module.Version) (e Entry, ok bool) {
	path, err := module.EscapePath(mod.Path)
	if err != nil || module.CanonicalVersion(mod.Version) != mod.Version {
		return e, false
	}
	version, err := module.EscapeVersion(mod.Version)
	if err != nil {
		return e, false
	}
	return Entry{Mod: mod, at: path + "/@v", base: version, dir: path + "@" + version}, true
}

// file is the path of a file of the entry, for people.
func (c *Cache) file(e Entry, suffix string) string {
	return c.path("cache", "download", e.at, e.base+suffix)
}

// path is a path in the cache, for people.
func (c *Cache) path(elem ...string) string {
	return c.Dir + string(filepath.Separator) + filepath.FromSlash(pathpkg.Join(elem...))
}

// Module returns the entry of one version of a module. The error says what is wrong with the version, or that the
// cache has nothing of it.
func (c *Cache) Module(path, version string) (Entry, error) {
	mod := module.Version{Path: path, Version: version}
	e, ok := newEntry(mod)
	if !ok || module.CheckPath(path) != nil {
		return e, fmt.Errorf("%s is no full version of a module, like golang.org/x/mod@v0.14.0", mod)
	}
	if c.download != nil {
		at, err := c.download.OpenRoot(e.at)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return e, inFull(c.path("cache/download"), err)
		}
		if err == nil {
			defer at.Close()
			found, err := c.downloads(at, path)
			if err != nil {
				return e, err
			}
			for _, f := range found {
				if f.base == e.base {
					return f, nil
				}
			}
		}
	}
	if _, err := c.root.Lstat(e.dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return e, inFull(c.Dir, err)
	} else if err != nil {
		return e, fmt.Errorf("%s is not in the module cache %s", mod, c.Dir)
	}
	return e, nil
}

// Entries returns what the cache has, the largest first. What it cannot read is in the error, beside the rest.
func (c *Cache) Entries() ([]Entry, error) {
	entries := make(map[string]Entry) // by the name of the directory
	var errs []error
	if c.download != nil {
		errs = c.walkDownloads(c.download, "", func(e Entry) { entries[cmp.Or(e.dir, e.base)] = e })
	}
	errs = append(errs, c.walkExtracted(c.root, "", func(e Entry) {
		if _, ok := entries[e.dir]; !ok {
			entries[e.dir] = e
		}
	})...)
	all := make([]Entry, 0, len(entries))
	for _, e := range entries {
		all = append(all, e)
	}
	slices.SortFunc(all, func(a, b Entry) int {
		return cmp.Or(cmp.Compare(b.size, a.size), cmp.Compare(a.dir, b.dir))
	})
	return all, errors.Join(errs...)
}

// walkDownloads finds the entries below cache/download. sumdb is the checksum database's.
func (c *Cache) walkDownloads(dir *os.Root, path string, found func(Entry)) (errs []error) {
	names, err := list(dir)
	if err != nil {
		return []error{inFull(c.path("cache/download", path), err)}
	}
	for _, d := range names {
		name := d.Name()
		switch {
		case !d.IsDir() || path == "" && name == "sumdb":
			continue
		case path == "" && strings.HasPrefix(name, scratchPrefix):
			found(Entry{base: name})
			continue
		}
		sub, err := enter(dir, name, c.downloadDevice)
		if err != nil {
			errs = append(errs, inFull(c.path("cache/download", path), err))
			continue
		}
		if name != "@v" {
			errs = append(errs, c.walkDownloads(sub, pathpkg.Join(path, name), found)...)
		} else if real, err := module.UnescapePath(path); err == nil {
			entries, err := c.downloads(sub, real)
			if err != nil {
				errs = append(errs, inFull(c.path("cache/download", path, "@v"), err))
			}
			for _, e := range entries {
				found(e)
			}
		}
		sub.Close()
	}
	return errs
}

// downloads returns the entries of a folder @v.
func (c *Cache) downloads(at *os.Root, path string) ([]Entry, error) {
	names, err := list(at)
	if err != nil {
		return nil, err
	}
	entries := make(map[string]Entry)
	for _, d := range names {
		base, suffix, temp := splitName(d.Name())
		version, err := module.UnescapeVersion(base)
		if err != nil || d.IsDir() {
			continue
		}
		e, ok := entries[base]
		if !ok {
			if e, ok = newEntry(module.Version{Path: path, Version: version}); !ok {
				continue
			}
		}
		if temp {
			e.temps = append(e.temps, d.Name())
		} else if fi, err := d.Info(); suffix == ".zip" && err == nil {
			e.size = fi.Size()
		}
		entries[base] = e
	}
	all := make([]Entry, 0, len(entries))
	for _, e := range entries {
		all = append(all, e)
	}
	return all, nil
}

// suffixes are those of the files that belong to a version (cmd/go/internal/modfetch.CachePath).
var suffixes = []string{".info", ".lock", ".mod", ".partial", ".zip", ".ziphash"}

// splitName splits the name of a file in a folder @v into version and suffix; base is "" for other files. A
// temporary file has digits and .tmp behind the name that it was to get (cmd/go/internal/modfetch.tempFile).
func splitName(name string) (base, suffix string, temp bool) {
	name, temp = strings.CutSuffix(name, ".tmp")
	if temp {
		name = strings.TrimRight(name, "0123456789")
	}
	for _, suffix := range suffixes {
		if base, ok := strings.CutSuffix(name, suffix); ok {
			return base, suffix, temp
		}
	}
	return "", "", false
}

// walkExtracted finds the entries that are extracted.
func (c *Cache) walkExtracted(dir *os.Root, path string, found func(Entry)) (errs []error) {
	names, err := list(dir)
	if err != nil {
		return []error{inFull(c.path(path), err)}
	}
	for _, d := range names {
		name := pathpkg.Join(path, d.Name())
		if escPath, escVersion, ok := strings.Cut(name, "@"); ok {
			if e, ok := unescape(escPath, escVersion); ok {
				found(e)
			}
			continue
		}
		if !d.IsDir() || name == "cache" {
			continue
		}
		sub, err := enter(dir, d.Name(), c.rootDevice)
		if err != nil {
			errs = append(errs, inFull(c.path(path), err))
			continue
		}
		errs = append(errs, c.walkExtracted(sub, name, found)...)
		sub.Close()
	}
	return errs
}

// unescape is newEntry for what names of files say.
func unescape(escPath, escVersion string) (e Entry, ok bool) {
	path, err := module.UnescapePath(escPath)
	if err != nil {
		return e, false
	}
	version, err := module.UnescapeVersion(escVersion)
	if err != nil {
		return e, false
	}
	return newEntry(module.Version{Path: path, Version: version})
}

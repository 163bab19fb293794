package modverify

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	pathpkg "path"
	"slices"
	"strings"

	"github.com/go-safe/go-safe/internal/modcache"
	"golang.org/x/mod/module"
)

// An Entry is what a module cache has of one version of a module, or a folder that an interrupted Repair left.
type Entry struct {
	modcache.Entry          // the zero one for such a folder
	scratch        string   // that folder's name in cache/download
	temps          []string // names of temporary files beside the downloads
	size           int64    // of the zip file, in bytes
}

// key tells entries apart.
func (e *Entry) key() string {
	if e.scratch != "" {
		return e.scratch
	}
	return e.Dir()
}

// inDownload is the folder of the entry's downloads, below cache/download.
func (e *Entry) inDownload() string { return strings.TrimPrefix(e.Folder(), modcache.Downloads+"/") }

// Module returns the entry of one version of a module. The error says what is wrong with the version, or that
// the cache has nothing of it.
func (c *Cache) Module(path, version string) (Entry, error) {
	mod := module.Version{Path: path, Version: version}
	e, ok := modcache.NewEntry(mod)
	if !ok || module.CheckPath(path) != nil {
		return Entry{Entry: e}, fmt.Errorf("%s is no full version of a module, like golang.org/x/mod@v0.14.0", mod)
	}
	found, err := c.downloaded(&Entry{Entry: e})
	if found.Path != "" || err != nil {
		return found, err
	}
	if _, err := c.root.Lstat(e.Dir()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return Entry{Entry: e}, inFull(c.Dir, err)
	} else if err != nil {
		return Entry{Entry: e}, fmt.Errorf("%s is not in the module cache %s", mod, c.Dir)
	}
	return Entry{Entry: e}, nil
}

// downloaded returns the entry as its folder of downloads has it, an empty one where nothing was downloaded.
func (c *Cache) downloaded(e *Entry) (Entry, error) {
	if c.download == nil {
		return Entry{}, nil
	}
	folder, err := c.download.OpenRoot(e.inDownload())
	if errors.Is(err, fs.ErrNotExist) {
		return Entry{}, nil
	} else if err != nil {
		return Entry{}, inFull(c.path(modcache.Downloads), err)
	}
	defer folder.Close()
	versions, err := c.versions(folder, e.Path)
	i := slices.IndexFunc(versions, func(v Entry) bool { return v.Version == e.Version })
	if err != nil || i < 0 {
		return Entry{}, err
	}
	return versions[i], nil
}

// Entries returns what the cache has, the largest first. The error says what could not be read; the rest is
// returned beside it.
func (c *Cache) Entries() ([]Entry, error) {
	entries := make(map[string]Entry)
	var errs []error
	if c.download != nil {
		errs = c.walkDownloads(c.download, "", func(e Entry) { entries[e.key()] = e })
	}
	errs = append(errs, c.walkExtracted(c.root, "", func(e Entry) {
		if _, ok := entries[e.key()]; !ok {
			entries[e.key()] = e
		}
	})...)
	all := make([]Entry, 0, len(entries))
	for _, e := range entries {
		all = append(all, e)
	}
	slices.SortFunc(all, func(a, b Entry) int {
		return cmp.Or(cmp.Compare(b.size, a.size), cmp.Compare(a.key(), b.key()))
	})
	return all, errors.Join(errs...)
}

// walkDownloads finds the entries below cache/download. The folder sumdb there is the checksum database's.
func (c *Cache) walkDownloads(dir *os.Root, path string, found func(Entry)) (errs []error) {
	names, err := list(dir)
	if err != nil {
		return []error{inFull(c.path(modcache.Downloads, path), err)}
	}
	for _, d := range names {
		name := d.Name()
		switch {
		case !d.IsDir() || path == "" && name == "sumdb":
			continue
		case path == "" && strings.HasPrefix(name, scratchPrefix):
			found(Entry{scratch: name})
			continue
		}
		sub, err := enter(dir, name, c.downloadDevice)
		if err != nil {
			errs = append(errs, inFull(c.path(modcache.Downloads, path), err))
			continue
		}
		if name != "@v" {
			errs = append(errs, c.walkDownloads(sub, pathpkg.Join(path, name), found)...)
		} else if real, err := module.UnescapePath(path); err == nil {
			versions, err := c.versions(sub, real)
			if err != nil {
				errs = append(errs, inFull(c.path(modcache.Downloads, path, "@v"), err))
			}
			for _, e := range versions {
				found(e)
			}
		}
		sub.Close()
	}
	return errs
}

// versions returns the entries of a module, whose folder of downloads is open.
func (c *Cache) versions(folder *os.Root, path string) ([]Entry, error) {
	names, err := list(folder)
	if err != nil {
		return nil, err
	}
	entries := make(map[string]*Entry)
	for _, d := range names {
		base, suffix, temp := modcache.SplitName(d.Name())
		version, err := module.UnescapeVersion(base)
		if err != nil || d.IsDir() {
			continue
		}
		e := entries[base]
		if e == nil {
			named, ok := modcache.NewEntry(module.Version{Path: path, Version: version})
			if !ok {
				continue
			}
			e = &Entry{Entry: named}
			entries[base] = e
		}
		if temp {
			e.temps = append(e.temps, d.Name())
		} else if fi, err := d.Info(); suffix == ".zip" && err == nil {
			e.size = fi.Size()
		}
	}
	all := make([]Entry, 0, len(entries))
	for _, e := range entries {
		all = append(all, *e)
	}
	return all, nil
}

// walkExtracted finds the entries that are extracted.
func (c *Cache) walkExtracted(dir *os.Root, path string, found func(Entry)) (errs []error) {
	names, err := list(dir)
	if err != nil {
		return []error{inFull(c.path(path), err)}
	}
	for _, d := range names {
		name := pathpkg.Join(path, d.Name())
		if path, version, ok := strings.Cut(name, "@"); ok {
			if e, ok := modcache.EntryOf(path, version); ok {
				found(Entry{Entry: e})
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

package modcache

import (
	"io/fs"
	"iter"
	"os"
	"strings"

	"github.com/go-safe/go-safe/internal/fsinfo"
)

// A Cache is a module cache that is looked at by path. One that is not there is empty.
type Cache struct {
	Root   string
	ours   bool     // this user made the files in it: nobody has to ask whether they can be read
	handle *os.File // of Root on systems that can look from there: to resolve the whole path costs a quarter more
}

// Open opens a cache to look at. ours says that this user made all files in it. Close it after use.
func Open(root string, ours bool) Cache { return Cache{root, ours, openDir(root)} }

// Close closes the cache.
func (c Cache) Close() {
	c.handle.Close() // nil where there is none, and that is harmless
}

// Path is the whole path of a name in the cache.
func (c Cache) Path(name string) string { return c.Root + "/" + name }

// An Info is what a look at a name tells. The zero Info is that of something that is not there or cannot be
// read. (fs.FileInfo would cost an allocation for each look, and a large go.sum takes thousands.)
type Info struct {
	Dir     bool
	Regular bool // a regular file
	Perm    fs.FileMode
	Size    int64
}

// Look looks at a name. It follows links.
func (c Cache) Look(name string) Info {
	info := c.stat(name)
	all := fs.FileMode(0o004)
	if info.Dir {
		all = 0o005
	}
	if !c.ours && info.Perm&all != all && (info.Dir || info.Regular) && !c.readable(name, info.Dir) {
		return Info{}
	}
	return info
}

// HasMod reports whether the go.mod file is there and not torn: the go command takes an empty one for an attack.
func (c Cache) HasMod(e *Entry) bool { return c.hasSmall(e, ".mod") }

// HasInfo reports whether the .info file is there and not torn. A build asks for that of each module that it
// reads packages of, and complains where it cannot keep the answer.
func (c Cache) HasInfo(e *Entry) bool { return c.hasSmall(e, ".info") }

func (c Cache) hasSmall(e *Entry, suffix string) bool {
	info := c.Look(e.File(suffix))
	return info.Regular && info.Size > 0
}

// hashSize is the size of a .ziphash file: "h1:" and a SHA-256 in base 64.
const hashSize = int64(len("h1:") + (32+2)/3*4)

// HasHash reports whether the .ziphash file is there and not torn.
func (c Cache) HasHash(e *Entry) bool {
	info := c.Look(e.File(".ziphash"))
	return info.Regular && info.Size == hashSize
}

// HasZip reports whether the zip file and its hash are there. The go command writes the hash before the zip
// gets its name.
func (c Cache) HasZip(e *Entry) bool {
	info := c.Look(e.File(".zip"))
	return info.Regular && info.Size > 0 && c.HasHash(e)
}

// Extracted reports whether all of the version is extracted (cmd/go/internal/modfetch.DownloadDir). Folders
// lose their write bits last, after the .partial file is gone, so one without them needs no second look; with
// -modcacherw they keep them.
func (c Cache) Extracted(e *Entry) bool {
	info := c.Look(e.Dir())
	return info.Dir && (info.Perm&0o222 == 0 || !fsinfo.Exists(c.Path(e.File(".partial"))))
}

// Folders yields the modules that have a folder of downloads, by their paths as file names have them, with what
// is in the folder. What cannot be read is not there.
func (c Cache) Folders() iter.Seq2[string, []fs.DirEntry] {
	return func(yield func(string, []fs.DirEntry) bool) {
		c.foldersBelow("", yield)
	}
}

func (c Cache) foldersBelow(dir string, yield func(string, []fs.DirEntry) bool) bool {
	entries, _ := os.ReadDir(c.Path(Downloads + "/" + dir))
	for _, d := range entries {
		name := strings.TrimPrefix(dir+"/"+d.Name(), "/")
		switch {
		case !d.IsDir(), name == "sumdb": // the checksum database's
		case d.Name() == "@v":
			files, _ := os.ReadDir(c.Path(Downloads + "/" + name))
			if !yield(dir, files) {
				return false
			}
		case !c.foldersBelow(name, yield):
			return false
		}
	}
	return true
}

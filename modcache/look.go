package modcache

import (
	"io/fs"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
)

// A store is a module cache to look at. Its names of files are relative to root, which on some systems is open: a look
// along the whole path costs a quarter more.
type store struct {
	root   string
	ours   bool // we made the files in it: no need to ask whether they can be read
	handle *os.File
}

// newStore opens a module cache. One that is not there is empty.
func newStore(root string, ours bool) store {
	return store{root, ours, openStore(root)}
}

func (s store) close() {
	s.handle.Close() // of nil does nothing
}

// path is the whole path of a file.
func (s store) path(name string) string { return s.root + "/" + name }

// downloads is where the versions of a module have their files.
func (s store) downloads(p *part) string { return "cache/download/" + p.dir + "/@v" }

// file is the name of a file of a version.
func (s store) file(p *part, suffix string) string { return s.downloads(p) + "/" + p.base + suffix }

// tree is where a version is extracted.
func (s store) tree(p *part) string { return p.dir + "@" + p.base }

// A sight is what a look at a path tells. There are many looks.
type sight struct {
	dir, file bool // is a directory, a regular file; neither where nothing is or we cannot read it
	perm      fs.FileMode
	size      int64
}

// look looks at a file or directory. Links are followed.
func (s store) look(name string) sight {
	seen := s.stat(name)
	all := fs.FileMode(0o004)
	if seen.dir {
		all = 0o005
	}
	if !s.ours && seen.perm&all != all && (seen.dir || seen.file) && !s.readable(name, seen.dir) {
		return sight{}
	}
	return seen
}

// hasMod reports whether the go.mod file is there and not torn: the go command takes an empty one for an attack.
func (s store) hasMod(p *part) bool { return s.hasSmall(p, ".mod") }

// hasInfo reports whether the .info file is there and not torn. A build asks for those of all modules that it reads packages of, and
// complains where it cannot keep what it was told.
func (s store) hasInfo(p *part) bool { return s.hasSmall(p, ".info") }

func (s store) hasSmall(p *part, suffix string) bool {
	seen := s.look(s.file(p, suffix))
	return seen.file && seen.size > 0
}

// sumSize is the size of a .ziphash file: "h1:" and a SHA-256 in base 64.
const sumSize = int64(len("h1:") + (32+2)/3*4)

// hasSum reports whether the .ziphash file is there and not torn.
func (s store) hasSum(p *part) bool {
	seen := s.look(s.file(p, ".ziphash"))
	return seen.file && seen.size == sumSize
}

// hasZip reports whether the zip file is there, and its hash, which the go command writes before the zip gets its name.
func (s store) hasZip(p *part) bool {
	seen := s.look(s.file(p, ".zip"))
	return seen.file && seen.size > 0 && s.hasSum(p)
}

// offers reports whether a zip file of the version can be had from the cache, and something to check it by.
func (s store) offers(p *part) bool {
	return (s.look(s.file(p, ".zip")).file || s.look(s.tree(p)).dir) && (p.sum != "" || s.hasSum(p))
}

// extracted reports whether the go command would use the extracted files as they are (cmd/go/internal/modfetch.DownloadDir).
func (s store) extracted(p *part) bool {
	seen := s.look(s.tree(p))
	// Folders lose their write bits last, after the mark of a half-extracted module; not with -modcacherw.
	if !seen.dir || seen.perm&0o222 != 0 && exists(s.path(s.file(p, ".partial"))) {
		return false
	}
	if p.tool && !s.executable(p) {
		return false
	}
	return p.local || s.hasSum(p)
}

// executable reports whether the toolchain has been run before: the first to do so makes its files executable.
func (s store) executable(p *part) bool {
	return runtime.GOOS == "windows" || s.look(s.tree(p)+"/bin/go").perm&0o111 != 0
}

// holds reports whether the cache has what is asked, ready for use.
func (s store) holds(p *part) bool {
	return (!p.mod || s.hasMod(p)) && (!p.tree || s.extracted(p)) && (!p.zip || s.hasZip(p)) && (!p.tree && !p.info || p.bare() || s.hasInfo(p))
}

// perhaps reports whether more may be asked than can be named.
func (n Need) perhaps() bool { return n.more || n.unsummed || n.sources != nil }

// HeldBy reports whether the cache holds all that is asked: true means that the command has to add nothing to it, false
// that it perhaps has.
func (n Need) HeldBy(cache string) bool {
	if n.more || n.unsummed {
		return false
	}
	s := newStore(cache, false)
	defer s.close()
	return every(n.parts, s.holds) && n.importsHeldBy(s) && n.graphHeldBy(s)
}

// ServedBy reports whether a twin would serve no better than the cache when nothing can be downloaded: what may be needed and is
// not there is not there as a zip either. What surely is needed it has to hold: the command fails without, but
// should not say that it is for lack of rights. From a cache with nothing in it nobody has built anything: there a twin costs nothing.
func (n Need) ServedBy(cache string) bool {
	if n.more || n.unsummed {
		return false
	}
	s := newStore(cache, false)
	defer s.close()
	if len(n.parts) > 0 && !s.look("cache/download").dir {
		return false
	}
	waits := func(p *part) bool { return p.tree && !s.extracted(p) && s.hasZip(p) }
	serves := func(p *part) bool { return s.holds(p) || !p.surely && !waits(p) }
	more, _ := n.graphParts(s)
	return every(n.parts, serves) && every(more, serves) && n.importsHeldBy(s)
}

// importsHeldBy reports whether the cache has the modules that provide the imports, where that is asked.
func (n Need) importsHeldBy(s store) bool {
	return n.sources == nil || n.sources.importsHeldBy(s, n.parts, n.tests)
}

// every reports whether ok holds for all parts. It asks on all processors: looks at a cold cache wait for the disk.
func every(parts []part, ok func(*part) bool) bool {
	var failed atomic.Bool
	each(parts, func(p *part) {
		if !failed.Load() && !ok(p) {
			failed.Store(true)
		}
	})
	return !failed.Load()
}

// each calls do for all parts that a cache can have, on all processors.
func each(parts []part, do func(*part)) {
	const few = 32 // not worth a goroutine
	workers := min(runtime.GOMAXPROCS(0), len(parts)/few+1)
	var next atomic.Int64
	work := func() {
		for {
			i := int(next.Add(1)) - 1
			if i >= len(parts) {
				return
			}
			if parts[i].escape() {
				do(&parts[i])
			}
		}
	}
	var wg sync.WaitGroup
	for range workers - 1 {
		wg.Go(work)
	}
	work()
	wg.Wait()
}

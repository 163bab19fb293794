package doctor

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/go-safe/go-safe/envfix"
	"github.com/go-safe/go-safe/internal/fsinfo"
	"github.com/go-safe/go-safe/rights"
)

const caches = "caches"

func cacheChecks() []Check {
	return []Check{
		{"cache-foreign", caches, "sudo go does this, and go commands then end with: package fmt is not in std", cacheForeign},
		{"cache-open", caches, "whoever can write to it decides what your programs do", openOf("GOCACHE")},
		{"cache-shared", caches, "nobody can keep others' entries from being trimmed, each go command looks through all of them, and one day one is in the way", cacheShared},
		{"cache-left", caches, "what was moved aside for you takes room and is of no more use", cacheLeft},
		{"cache-way", caches, "root leaves alone what others could redirect: after sudo go, files of root stay in the cache", wayTo("GOCACHE")},
		{"modcache-foreign", caches, "sudo go does this, and the next download there ends with: permission denied", modcacheForeign},
		{"modcache-open", caches, "whoever can write to it decides what your programs do", openOf("GOMODCACHE")},
		{"modcache-way", caches, "root leaves alone what others could redirect: after sudo go, files of root stay in the cache", wayTo("GOMODCACHE")},
	}
}

// sampled is how many of the 256 folders of a build cache are looked into, but with Deep.
const sampled = 8

// cacheForeign looks for entries of the build cache that are not its owner's: at all its folders, and into some of them.
func cacheForeign(m *Machine) Finding {
	_, cache := m.folder("GOCACHE")
	root, err := os.Stat(cache)
	if !filepath.IsAbs(cache) || err != nil || !root.IsDir() {
		return ok(cache, "not there yet")
	}
	f := ok(cache, fmt.Sprintf("%d of 256 folders looked into", sampled))
	step := 256 / sampled
	if m.Deep {
		f.Found, step = "", 1
	}
	end := m.budget()
	path, owner := foreign(cache, 0, envfix.Owner(root), end)
	for i := 0; i < 256 && path == ""; i += step {
		path, owner = foreign(filepath.Join(cache, fmt.Sprintf("%02x", i)), 0, envfix.Owner(root), end)
	}
	if path == "" {
		return closed(cache, root, f)
	}
	f.Status, f.Looked, f.Found = Broken, path, belongs(owner, root)
	f.Type, f.Fix, f.in = m.fix(cache), envfix.Owner(root) == os.Geteuid(), cache
	if !f.Fix {
		f.Type = m.giveBack(cache, path, root)
	}
	return f
}

// closed is the finding where a folder of our build cache is ours too, and closed to us; else the one given.
func closed(cache string, root fs.FileInfo, f Finding) Finding {
	dir, trouble := envfix.CacheTrouble(cache)
	if dir == cache || trouble == "" || envfix.Owner(root) != os.Geteuid() || envfix.Owner(root) < 0 {
		return f
	}
	return Finding{
		Status: Broken, Looked: dir, Found: trouble + ", whose it is", Why: "go commands end with: package fmt is not in std",
		Type: "chmod u+rwx " + envfix.Quote(cache) + "/??", Fix: true, in: cache,
	}
}

// belongs says whose an entry is, and whose the cache.
func belongs(owner int, root fs.FileInfo) string {
	return "belongs to " + envfix.UserName(owner) + ", and the cache to " + envfix.UserName(envfix.Owner(root))
}

// foreign returns the first entry in dir, or so deep below, that belongs to another user than owner, of those that it sees before the
// end. No link is followed.
func foreign(dir string, depth, owner int, end time.Time) (path string, uid int) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return "", 0
	}
	for _, e := range entries {
		fi, err := e.Info()
		if err != nil {
			continue
		}
		if time.Now().After(end) {
			break
		}
		path := filepath.Join(dir, e.Name())
		if rights.IsAside(e.Name()) { // in nobody's way any more
			continue
		}
		if uid := envfix.Owner(fi); uid != owner {
			return path, uid
		}
		if depth > 0 && e.IsDir() {
			if path, uid := foreign(path, depth-1, owner, end); path != "" {
				return path, uid
			}
		}
	}
	return "", 0
}

// Levels of the module cache: cache/download/example.com/a/@v/v1.0.0.mod, and with Deep all.
const (
	someLevels = 6
	allLevels  = 64
)

func modcacheForeign(m *Machine) Finding {
	_, cache := m.folder("GOMODCACHE")
	root, err := os.Stat(cache)
	if !filepath.IsAbs(cache) || err != nil || !root.IsDir() {
		return ok(cache, "not there yet")
	}
	if root.Mode()&fs.ModeSetgid != 0 && root.Mode()&0o020 != 0 {
		return closedToGroup(m, cache)
	}
	levels := someLevels
	if m.Deep {
		levels = allLevels
	}
	path, owner := foreign(cache, 0, envfix.Owner(root), m.budget())
	if path == "" {
		path, owner = foreign(filepath.Join(cache, "cache"), levels-1, envfix.Owner(root), m.budget())
	}
	if path == "" {
		return closedToUs(m, cache)
	}
	return Finding{
		Status: Warning, Looked: path, Found: belongs(owner, root), Type: m.giveBack(cache, path, root),
	}
}

// closedToUs looks in a module cache of ours for what its mode closes to us.
func closedToUs(m *Machine, cache string) Finding {
	n := rights.Closed(cache)
	if n == 0 {
		return ok(cache, "")
	}
	return Finding{
		Status: Broken, Looked: cache, Found: fmt.Sprintf("%d entries are closed to their owner by their modes", n),
		Why: "what needs them ends with: permission denied", Type: m.fix(cache), Fix: true, in: filepath.Dir(cache),
	}
}

// closedToGroup looks in a cache that a group shares by setgid for what a command that was killed left closed.
func closedToGroup(m *Machine, cache string) Finding {
	n, owner := rights.Foreign(cache)
	if n == 0 || owner < 0 {
		return ok(cache, "is shared by a group")
	}
	f := Finding{Status: Warning, Looked: cache, Type: m.fix(cache)}
	f.Found = fmt.Sprintf("%d entries of %s are closed to the others who share it (a go command that was killed?)", n, envfix.UserName(owner))
	f.in = filepath.Dir(cache)
	if f.Fix = owner == os.Geteuid(); !f.Fix && os.Geteuid() != 0 {
		f.Type = "sudo " + m.full() + " safe fix " + envfix.Quote(cache)
		f.Details = []string{"without root " + envfix.UserName(owner) + " types: " + m.fix(cache)}
	}
	return f
}

// fix is what to type to repair a whole cache.
func (m *Machine) fix(cache string) string { return m.Called + " safe fix " + envfix.Quote(cache) }

// giveBack is what root types to give a cache's entries to its owner. An entry that is not root's, or not for all to read, is given away only
// where that is asked for.
// It is "" where root would leave the cache alone, as one of a container's user in somebody's home: see wayTo.
func (m *Machine) giveBack(cache, entry string, root fs.FileInfo) string {
	if way := (*fsinfo.WayError)(nil); errors.As(rights.Way(cache), &way) && way.Run == "" {
		return ""
	}
	owner := ""
	if fi, err := os.Lstat(entry); err != nil || envfix.Owner(fi) != 0 || fi.Mode()&0o004 == 0 {
		owner = fmt.Sprintf("--owner %d:%d ", envfix.Owner(root), envfix.Group(root))
	}
	if os.Geteuid() == 0 {
		return m.Called + " safe fix " + owner + envfix.Quote(cache)
	}
	return "sudo " + m.full() + " safe fix " + owner + envfix.Quote(cache)
}

// full is go-safe for sudo, which has a PATH of its own.
func (m *Machine) full() string {
	if m.Exe == "" {
		return m.Called
	}
	return envfix.Quote(m.Exe)
}

// cacheLeft looks for folders that a run moved aside.
func cacheLeft(m *Machine) Finding {
	_, cache := m.folder("GOCACHE")
	aside, err := filepath.Glob(filepath.Join(cache, "??.foreign*"))
	if !filepath.IsAbs(cache) || err != nil || len(aside) == 0 {
		return ok(cache, "")
	}
	return Finding{
		Status: Warning, Looked: cache, Found: fmt.Sprintf("has %d folders that go-safe moved aside", len(aside)),
		Type: sudo() + "rm -r " + envfix.Quote(cache) + "/??.foreign*",
	}
}

// wayTo looks for who else than root and the owner could have a cache's path lead elsewhere.
func wayTo(variable string) func(*Machine) Finding {
	return func(m *Machine) Finding {
		_, cache := m.folder(variable)
		var way *fsinfo.WayError
		if !filepath.IsAbs(cache) || !errors.As(rights.Way(cache), &way) {
			return ok(cache, "")
		}
		// Who is in the way is this user, and the cache another's: that is for the checks of access to tell.
		if uid := os.Geteuid(); uid > 0 && way.Owner == uid && way.Run == "" {
			return ok(cache, "")
		}
		f := Finding{Status: Warning, Looked: cache, Found: way.Element + " " + way.Why, Type: way.Run}
		if way.Run != "" && way.Owner != os.Geteuid() {
			f.Type = sudo() + way.Run
		}
		return f
	}
}

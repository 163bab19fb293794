package doctor

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/go-safe/go-safe/envfix"
	"github.com/go-safe/go-safe/internal/cachefix"
	"github.com/go-safe/go-safe/internal/fsinfo"
	"github.com/go-safe/go-safe/internal/layout"
	"github.com/go-safe/go-safe/internal/rights"
	"github.com/go-safe/go-safe/internal/say"
	"github.com/go-safe/go-safe/internal/shell"
	"github.com/go-safe/go-safe/internal/user"
)

const caches = "caches"

func cacheChecks() []Check {
	const (
		writers  = "whoever can write to it decides what your programs do"
		used     = "go-safe uses it, as plain go does"
		way      = "root leaves alone what others could redirect: after sudo go, files of root stay in the cache"
		noRepair = "go commands work, and what root makes there stays root's"
		ofRoot   = "no-error-but-after-sudo-go-files-of-root-stay-in-a-cache"
	)
	return []Check{
		{
			ID: "cache-foreign", Group: caches,
			Why:     "sudo go does this, and go commands then end with: package fmt is not in std",
			Now:     "go-safe moves such folders aside, if they are among the two of 256 that it looks at",
			Heading: notInStd, look: cacheForeign,
		},
		{
			ID: "cache-open", Group: caches,
			Why:     writers,
			Now:     used,
			Heading: planted, look: openOf("GOCACHE"),
		},
		{
			ID: "cache-shared", Group: caches,
			Why: "nobody can keep others' entries from being trimmed, each go command looks " +
				"through all of them, and one day one is in the way",
			Now:     used,
			Heading: "no-error-but-builds-of-a-group-with-one-build-cache-are-slow", look: cacheShared,
		},
		{
			ID: "cache-left", Group: caches,
			Why:     "what was moved aside for you takes room and is of no more use",
			Now:     "nothing uses it",
			Heading: notInStd, look: cacheLeft,
		},
		{
			ID: "cache-way", Group: caches,
			Why:     way,
			Now:     noRepair,
			Heading: ofRoot, look: wayTo("GOCACHE"),
		},
		{
			ID: "modcache-foreign", Group: caches,
			Why:     "sudo go does this, and the next download there ends with: permission denied",
			Now:     "go commands fail if they need that entry",
			Heading: moduleErrors, look: modcacheForeign,
		},
		{
			ID: "modcache-open", Group: caches,
			Why:     writers,
			Now:     used,
			Heading: planted, look: openOf("GOMODCACHE"),
		},
		{
			ID: "modcache-private", Group: caches,
			Why:     "a server that asks who they are lets only some users read them",
			Now:     "others can read them",
			Heading: "no-error-but-other-users-read-private-modules", look: modcachePrivate,
		},
		{
			ID: "modcache-way", Group: caches,
			Why:     way,
			Now:     noRepair,
			Heading: ofRoot, look: wayTo("GOMODCACHE"),
		},
	}
}

// sampled is how many of the 256 folders of a build cache are read, unless the look is deep.
const sampled = 8

// cacheForeign looks for entries of the build cache that do not belong to its owner: at all its folders, and in some
// of them.
func cacheForeign(m *Machine) Finding {
	_, cache := m.directory("GOCACHE")
	root, f, stop := listedRootOf(cache)
	if stop {
		return f
	}
	f = ok(cache, fmt.Sprintf("%d of 256 folders looked into", sampled))
	step := 256 / sampled
	if m.Deep {
		f.Found, step = "", 1
	}
	end := m.budget()
	path, owner := findForeign(cache, 0, fsinfo.Owner(root), end)
	for i := 0; i < 256 && path == ""; i += step {
		path, owner = findForeign(filepath.Join(cache, fmt.Sprintf("%02x", i)), 0, fsinfo.Owner(root), end)
	}
	if path == "" {
		return closedFolder(cache, root, f)
	}
	f.Status, f.Looked, f.Found = Broken, path, owners(owner, root)
	f.Advice, f.Fix, f.fixDir = m.safeFix(cache), fsinfo.Owner(root) == os.Geteuid(), cache
	if !f.Fix {
		f.Advice = m.safeFixByRoot(cache, path, root)
	}
	return f
}

// rootOf looks at the directory of a cache. Stop says that there is nothing more to look at: f is the finding.
func rootOf(cache string) (root fs.FileInfo, f Finding, stop bool) {
	root, err := os.Stat(cache)
	switch {
	case !filepath.IsAbs(cache):
		return nil, excused(cache, "is no absolute path"), true
	case errors.Is(err, fs.ErrNotExist):
		return nil, ok(cache, "not there yet"), true
	case err != nil:
		return nil, excused(cache, "cannot be reached: "+fsinfo.Reason(err).Error()), true
	case !root.IsDir():
		return nil, excused(cache, "is not a directory"), true
	case fsinfo.Owner(root) < 0:
		return nil, excused(cache, "whose it is cannot be told here"), true
	}
	return root, Finding{}, false
}

// listedRootOf is rootOf for a check that looks at what is in the cache.
func listedRootOf(cache string) (root fs.FileInfo, f Finding, stop bool) {
	if root, f, stop = rootOf(cache); stop {
		return nil, f, true
	}
	if err := listable(cache); err != nil {
		return nil, excused(cache, "cannot be listed: "+fsinfo.Reason(err).Error()), true
	}
	return root, f, false
}

// listable returns why a directory cannot be listed.
func listable(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err = f.Readdirnames(1); err == io.EOF {
		return nil
	}
	return err
}

// closedFolder is the finding if a folder of our build cache is ours and its mode closes it to us; else f.
func closedFolder(cache string, root fs.FileInfo, f Finding) Finding {
	dir, trouble := envfix.CacheTrouble(cache)
	if dir == cache || trouble == "" || fsinfo.Owner(root) != os.Geteuid() || fsinfo.Owner(root) < 0 {
		return f
	}
	return Finding{
		Status: Broken, Looked: dir, Found: trouble + ", whose it is",
		Why: "go commands end with: package fmt is not in std", Now: "go commands fail, with go-safe too",
		Advice: "chmod u+rwx " + shell.Quote(cache) + "/??", Fix: true, fixDir: cache, Done: opened,
	}
}

// owners says who owns an entry and who owns the cache.
func owners(owner int, root fs.FileInfo) string {
	return "belongs to " + user.Name(owner) + ", and the cache to " + user.Name(fsinfo.Owner(root))
}

// findForeign returns the first entry in dir, or as many levels below it as depth says, that does not belong to
// owner; path is "" if it sees none before the end. It follows no link, and skips what was moved aside.
func findForeign(dir string, depth, owner int, end time.Time) (path string, uid int) {
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
		if layout.IsAside(e.Name()) {
			continue
		}
		if uid := fsinfo.Owner(fi); uid != owner {
			return path, uid
		}
		if depth > 0 && e.IsDir() {
			if path, uid := findForeign(path, depth-1, owner, end); path != "" {
				return path, uid
			}
		}
	}
	return "", 0
}

// Levels of the module cache that are read: those of cache/download/example.com/a/@v/v1.0.0.mod, all if the look is
// deep.
const (
	someLevels = 6
	allLevels  = 64
)

// modcacheForeign looks for entries of the module cache that do not belong to its owner, or are closed to who shares
// it.
func modcacheForeign(m *Machine) Finding {
	_, cache := m.directory("GOMODCACHE")
	root, f, stop := listedRootOf(cache)
	if stop {
		return f
	}
	if root.Mode()&fs.ModeSetgid != 0 && root.Mode()&0o020 != 0 {
		return closedToGroup(m, cache)
	}
	levels := someLevels
	if m.Deep {
		levels = allLevels
	}
	path, owner := findForeign(cache, 0, fsinfo.Owner(root), m.budget())
	if path == "" {
		path, owner = findForeign(filepath.Join(cache, "cache"), levels-1, fsinfo.Owner(root), m.budget())
	}
	if path == "" {
		return closedToOwner(m, cache)
	}
	return Finding{
		Status: Warning, Looked: path, Found: owners(owner, root), Advice: m.safeFixByRoot(cache, path, root),
	}
}

// closedToOwner looks in our module cache for entries that their mode closes to us.
func closedToOwner(m *Machine, cache string) Finding {
	n := cachefix.Closed(cache)
	if n == 0 {
		return ok(cache, "")
	}
	return Finding{
		Status: Broken, Looked: cache, Found: fmt.Sprintf("%d entries are closed to their owner by their modes", n),
		Why:    "what needs them ends with: permission denied",
		Advice: m.safeFix(cache), Fix: true, fixDir: filepath.Dir(cache),
	}
}

// closedToGroup looks in a cache that a group shares by setgid for entries that a killed go command left closed.
func closedToGroup(m *Machine, cache string) Finding {
	n, owner := cachefix.Foreign(cache)
	if n == 0 || owner < 0 {
		return ok(cache, "is shared by a group")
	}
	f := Finding{Status: Warning, Looked: cache, Advice: m.safeFix(cache), fixDir: filepath.Dir(cache)}
	f.Found = fmt.Sprintf("%d entries of %s are closed to the others who share it (a go command that was killed?)",
		n, user.Name(owner))
	if f.Fix = owner == os.Geteuid(); !f.Fix && os.Geteuid() != 0 {
		f.Advice = "sudo " + m.sudoSelf() + " safe fix " + shell.Quote(cache)
		f.Details = []string{"without root " + user.Name(owner) + " runs: " + m.safeFix(cache)}
	}
	return f
}

// cacheLeft looks for folders that a run of go-safe moved aside.
func cacheLeft(m *Machine) Finding {
	_, cache := m.directory("GOCACHE")
	if _, f, stop := listedRootOf(cache); stop {
		return f
	}
	aside, err := filepath.Glob(filepath.Join(cache, "??.foreign*"))
	if err != nil || len(aside) == 0 {
		return ok(cache, "")
	}
	return Finding{
		Status: Warning, Looked: cache, Found: "has " + say.Count(len(aside), "folder") + " that go-safe moved aside",
		Advice: sudo() + "rm -r " + shell.Quote(cache) + "/??.foreign*",
	}
}

// wayTo looks whether users other than root and the owner could make a cache's path lead elsewhere.
func wayTo(variable string) func(*Machine) Finding {
	return func(m *Machine) Finding {
		_, cache := m.directory(variable)
		if !filepath.IsAbs(cache) {
			return excused(cache, "is no absolute path")
		}
		var way *fsinfo.WayError
		switch err := rights.Way(cache); {
		case err == nil:
			return ok(cache, "")
		case errors.Is(err, fs.ErrNotExist):
			return ok(cache, "not there yet")
		case !errors.As(err, &way):
			return excused(cache, fsinfo.Reason(err).Error())
		}
		// If this user is the one in the way, the cache belongs to somebody else: the checks of access tell that.
		if uid := os.Geteuid(); uid > 0 && way.Owner == uid && way.Run == "" {
			return ok(cache, "")
		}
		f := Finding{Status: Warning, Looked: cache, Found: way.Element + " " + way.Why, Advice: way.Run}
		if way.Run != "" && way.Owner != os.Geteuid() {
			f.Advice = sudo() + way.Run
		}
		return f
	}
}

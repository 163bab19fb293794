package modneed

import (
	"path"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/go-safe/go-safe/internal/gomod"
	"github.com/go-safe/go-safe/internal/modcache"
	"golang.org/x/mod/module"
)

// CompleteIn reports whether the cache has all that the command needs, so that the command has nothing to add to
// it. false means perhaps not. What a command looks up for imports is not counted: only the go command can
// tell.
func (n Need) CompleteIn(cache string) bool {
	if n.unknown || n.Unsummed {
		return false
	}
	c := modcache.Open(cache, false)
	defer c.Close()
	return all(n.Artifacts, func(a *Artifact) bool { return a.CompleteIn(c) })
}

// EnoughOffline reports whether a private copy would serve no better than the cache when nothing can be downloaded:
// the cache has all that the command certainly needs, and no zip file of what it only may need and is not extracted.
// A command that lacks what it needs fails in either cache; in the private copy its error names the module, and not a
// missing right. Of an empty cache a private copy costs nothing, so that is not enough.
func (n Need) EnoughOffline(cache string) bool {
	if n.unknown || n.Unsummed {
		return false
	}
	c := modcache.Open(cache, false)
	defer c.Close()
	if len(n.Artifacts) > 0 && !c.Look(modcache.Downloads).Dir {
		return false
	}
	return all(n.Artifacts, func(a *Artifact) bool {
		extractable := a.Tree && !a.ExtractedIn(c) && c.HasZip(&a.Entry)
		return a.CompleteIn(c) || !a.Certain && !extractable
	})
}

// CoveredBySum reports whether go.sum has the hashes of all that the command needs. The go command asks the checksum
// database about what go.sum does not name, even if the cache has it (cmd/go/internal/modfetch.checkModSum).
// asks reports whether it would ask about a module path.
func (n Need) CoveredBySum(sums gomod.Sums, asks func(path string) bool) bool {
	if n.unknown || n.Unsummed {
		return false
	}
	return all(n.Artifacts, func(a *Artifact) bool {
		mod := module.Version{Path: a.Path, Version: a.Version.Version + "/go.mod"}
		return a.NoInfo() || !asks(a.Path) ||
			(!a.Tree || len(sums[a.Version]) > 0) && (!a.Mod || len(sums[mod]) > 0)
	})
}

// CompleteIn reports whether the cache has the artifact ready for use.
func (a *Artifact) CompleteIn(c modcache.Cache) bool {
	return (!a.Mod || c.HasMod(&a.Entry)) && (!a.Tree || a.ExtractedIn(c)) && (!a.Zip || c.HasZip(&a.Entry)) &&
		(!a.Tree && !a.Info || a.NoInfo() || c.HasInfo(&a.Entry))
}

// ExtractedIn reports whether the go command would use what is extracted as it is. The first command to run a
// toolchain makes its files executable, and only the owner can do that.
func (a *Artifact) ExtractedIn(c modcache.Cache) bool {
	runs := !a.Tool || runtime.GOOS == "windows" || c.Look(path.Join(a.Dir(), "bin", "go")).Perm&0o111 != 0
	return c.Extracted(&a.Entry) && runs && (a.FromRoot || c.HasHash(&a.Entry))
}

// all reports whether ok holds for all artifacts.
func all(list []Artifact, ok func(*Artifact) bool) bool {
	var failed atomic.Bool
	Each(list, func(a *Artifact) {
		if !failed.Load() && !ok(a) {
			failed.Store(true)
		}
	})
	return !failed.Load()
}

// Each calls do for all artifacts that a cache can have, on all processors: looks at a cold cache wait for the disk.
func Each(list []Artifact, do func(*Artifact)) {
	const few = 32 // are not worth a goroutine
	workers := min(runtime.GOMAXPROCS(0), len(list)/few+1)
	var next atomic.Int64
	work := func() {
		for {
			i := int(next.Add(1)) - 1
			if i >= len(list) {
				return
			}
			if list[i].Named() {
				do(&list[i])
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

package modneed

import (
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/go-safe/go-safe/internal/fsinfo"
	"github.com/go-safe/go-safe/internal/gomod"
	"github.com/go-safe/go-safe/internal/modcache"
	"golang.org/x/mod/module"
)

// A Suspect is a file in a module cache that may be why a command failed.
type Suspect struct {
	Path    string // of the file, or of what the go command will have to write to
	Module  string // path@version
	Mod     bool   // it is the .mod file
	Certain bool   // the command line names the version, or asks for all that go.mod requires
}

// Torn yields the torn files of what the command needs, as far as it gets in the given time: empty .mod files,
// and zip files without an end that are not yet extracted. The go command neither repairs them nor says what
// they are.
func Torn(p gomod.Project, asked Asked, cache string, within time.Duration) iter.Seq[Suspect] {
	return suspects(p, asked, cache, within, func(c modcache.Cache, a *Artifact, yield func(Suspect) bool) bool {
		mod, zip := c.Path(a.File(".mod")), c.Path(a.File(".zip"))
		return (!a.Mod || !isEmpty(mod) || yield(a.suspect(mod, true))) &&
			(!a.Tree || fsinfo.Exists(c.Path(a.Dir())) || !tornZip(zip) || yield(a.suspect(zip, false)))
	})
}

// Lacking yields what the go command will write to for what the command needs and the cache does not have, as
// far as it gets in the given time: lock files, and the folders of downloads and of extracted modules. They
// need not be there either.
func Lacking(p gomod.Project, asked Asked, cache string, within time.Duration) iter.Seq[Suspect] {
	return suspects(p, asked, cache, within, func(c modcache.Cache, a *Artifact, yield func(Suspect) bool) bool {
		return a.CompleteIn(c) ||
			yield(a.suspect(c.Path(a.File(".lock")), false)) &&
				yield(a.suspect(c.Path(a.Folder()), false)) &&
				yield(a.suspect(c.Path(filepath.Dir(a.Dir())), false))
	})
}

// Differs reports whether a zip file of what go.sum names has another hash than go.sum has, by what the go command
// noted at the download. It looks for the given time at most.
func Differs(p gomod.Project, asked Asked, cache string, within time.Duration) bool {
	c := modcache.Open(cache, false)
	defer c.Close()
	end := time.Now().Add(within)
	for _, a := range Of(p, asked).Artifacts {
		if time.Now().After(end) {
			return false
		}
		if a.ExpectedHash == "" || !a.Named() {
			continue
		}
		hash, err := fsinfo.ReadFile(c.Path(a.File(".ziphash")))
		if err == nil && len(hash) > 0 && strings.TrimSpace(string(hash)) != a.ExpectedHash {
			return true
		}
	}
	return false
}

// Refused reports whether the go command has downloaded a whole zip file of the version since then and did not keep it.
// It ends with the download still under a temporary name if go.sum has another hash
// (cmd/go/internal/modfetch.downloadZip). lock is the path of the version's lock file.
func Refused(lock string, since time.Time) bool {
	dir, name := filepath.Split(lock)
	begin := strings.TrimSuffix(name, ".lock") + ".zip"
	entries, _ := os.ReadDir(dir)
	return slices.ContainsFunc(entries, func(e os.DirEntry) bool {
		if !strings.HasPrefix(e.Name(), begin) || !strings.HasSuffix(e.Name(), ".tmp") {
			return false
		}
		fi, err := e.Info()
		return err == nil && !fi.ModTime().Before(since) && !tornZip(filepath.Join(dir, e.Name()))
	})
}

func (a *Artifact) suspect(path string, mod bool) Suspect {
	return Suspect{path, a.Version.String(), mod, a.Certain}
}

// suspects calls look for each artifact, until it returns false or the time is over. The time that the caller takes
// with a suspect does not count: the caller may ask the go command about it.
func suspects(p gomod.Project, asked Asked, cache string, within time.Duration,
	look func(modcache.Cache, *Artifact, func(Suspect) bool) bool) iter.Seq[Suspect] {
	return func(yield func(Suspect) bool) {
		c := modcache.Open(cache, false)
		defer c.Close()
		end := time.Now().Add(within)
		untimed := func(s Suspect) bool {
			before := time.Now()
			more := yield(s)
			end = end.Add(time.Since(before))
			return more
		}
		for a := range artifacts(p, asked) {
			if a.Named() && !a.NoInfo() && !look(c, &a, untimed) || time.Now().After(end) {
				return
			}
		}
	}
}

// artifacts yields what Of would have, but line by line: a large go.sum takes longer than a hint may. A version
// comes twice, once for its go.mod file.
func artifacts(p gomod.Project, asked Asked) iter.Seq[Artifact] {
	return func(yield func(Artifact) bool) {
		files := p.SumFiles
		if asked.Required || p.Vendored && !asked.NoVendor {
			files = nil // Of has to merge them, or they are not needed
		} else {
			p = gomod.Project{}
		}
		for _, a := range Of(p, asked).Artifacts {
			if !yield(a) {
				return
			}
		}
		for _, file := range files {
			data, _ := fsinfo.ReadFile(file)
			for v := range gomod.SumLines(string(data)) {
				version, isMod := gomod.CutGoMod(v.Version)
				e := modcache.Entry{Version: module.Version{Path: v.Path, Version: version}}
				if !yield(Artifact{Entry: e, Mod: isMod, Tree: !isMod}) {
					return
				}
			}
		}
	}
}

// isEmpty reports whether a file is there and empty.
func isEmpty(path string) bool {
	fi, err := os.Lstat(path)
	return err == nil && fi.Mode().IsRegular() && fi.Size() == 0
}

// tornZip reports whether a file is there and does not end as zip files of modules do: with 22 bytes that end
// the directory, because they have no comment (golang.org/x/mod/zip).
func tornZip(path string) bool {
	fi, err := os.Lstat(path)
	if err != nil || !fi.Mode().IsRegular() {
		return false
	}
	f, err := modcache.OpenRegular(path)
	if err != nil {
		return false
	}
	defer f.Close()
	var end [4]byte
	_, err = f.ReadAt(end[:], max(0, fi.Size()-22))
	return err == io.EOF || err == nil && string(end[:]) != "PK\x05\x06"
}

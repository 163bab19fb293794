package modcache

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"slices"
	"strings"

	"golang.org/x/mod/module"
	"golang.org/x/mod/sumdb/dirhash"
)

// A Kind of damage. The words are part of the JSON form of go safe verify.
type Kind string

// The kinds, after the files that have them. A foreign one is not what go.sum says, which a torn file is not either,
// but an attack would look the same.
const (
	EmptyMod   Kind = "empty-mod"
	ForeignMod Kind = "foreign-mod"
	ChangedMod Kind = "changed-mod" // not what is in the zip file

	TornZip    Kind = "torn-zip"
	ForeignZip Kind = "foreign-zip"
	ChangedZip Kind = "changed-zip" // not what its .ziphash says

	TornHash    Kind = "torn-ziphash"
	WrongHash   Kind = "wrong-ziphash"
	MissingHash Kind = "missing-ziphash"

	ChangedDir Kind = "changed-dir"
	ForeignDir Kind = "foreign-dir"
	OrphanDir  Kind = "orphan-dir" // nothing of its download is left: an interrupted clean
	HalfDir    Kind = "half-dir"   // its extraction was interrupted

	StrayPartial Kind = "stray-partial"
	StrayTemp    Kind = "stray-tmp"
	StrayScratch Kind = "stray-heal" // of an interrupted Heal
)

// A Finding is something that is damaged, missing or left behind.
type Finding struct {
	Kind Kind
	Path string // of the file or folder
	What string // what is the matter, in words that follow the path
}

// An evidence is what there is of a version of a module.
type evidence struct {
	zip, dir       manifest // nil where there is none, or it is of no use
	zipErr, dirErr error    // why it is of no use

	hasZip, hasHash, hasDir, partial bool
	hash                             string // .ziphash

	hasMod bool
	mod    []byte // .mod

	temps []string // left behind
}

// truth is the hash that the module must have: what go.sum says; else its .ziphash, which was written when the download was verified;
// else that of the zip file, which the go command will verify before it writes a .ziphash. "" where nobody knows.
func (ev *evidence) truth(sums []string) string {
	for _, h := range []string{ev.zip.hash(), ev.hash, ev.dir.hash()} {
		if slices.Contains(sums, h) {
			return h
		}
	}
	switch {
	case len(sums) > 0:
		return sums[0]
	case isHash(ev.hash):
		return ev.hash
	}
	return ev.zip.hash()
}

// An adder puts down what is wrong.
type adder func(kind Kind, path, format string, args ...any)

// judge says what is wrong with an entry. A missing .info or .mod is nothing: the go command gets it when it needs it, and
// itself leaves entries without.
func (c *Cache) judge(e Entry, ev *evidence, sums Sums) []Finding {
	var found []Finding
	var add adder = func(kind Kind, path, format string, args ...any) {
		found = append(found, Finding{kind, path, fmt.Sprintf(format, args...)})
	}
	c.judgeMod(e, ev, sums, add)
	if !fromGOROOT(e) {
		c.judgeZip(e, ev, sums[e.Mod], add)
	}
	if !fromGOROOT(e) || ev.partial {
		c.judgeDir(e, ev, sums[e.Mod], add)
	}
	for _, name := range ev.temps {
		add(StrayTemp, c.path("cache/download", e.at, name), "was left behind by a go command that was killed")
	}
	return found
}

// fromGOROOT reports whether the module comes from GOROOT/lib/fips140, and has no downloads that it could be compared with
// (cmd/go/internal/modfetch.DownloadDir).
func fromGOROOT(e Entry) bool { return e.Mod.Path == "golang.org/fips140" }

// judgeMod judges the .mod file: by go.sum, else by the go.mod in the zip file. A module from before modules has none
// in there, and one of a version v2+incompatible may have another.
func (c *Cache) judgeMod(e Entry, ev *evidence, sums Sums, add adder) {
	if !ev.hasMod {
		return
	}
	path := c.file(e, ".mod")
	want := sums[module.Version{Path: e.Mod.Path, Version: e.Mod.Version + "/go.mod"}]
	hash := modHash(ev.mod)
	inZip, comparable := ev.zip[e.Mod.String()+"/go.mod"]
	comparable = comparable && !strings.HasSuffix(e.Mod.Version, "+incompatible") && ev.zip.hash() == ev.truth(sums[e.Mod])
	switch {
	case len(ev.mod) == 0:
		add(EmptyMod, path, "is empty: an empty file in your cache, not an attack")
	case len(want) > 0 && !slices.Contains(want, hash):
		add(ForeignMod, path, "is not what go.sum says: it has %s, go.sum %s", hash, want[0])
	case len(want) == 0 && comparable && inZip != sha256.Sum256(ev.mod):
		add(ChangedMod, path, "is not the go.mod of the module's zip file")
	}
}

// modHash is the hash of a go.mod file, as in go.sum.
func modHash(data []byte) string {
	h, _ := dirhash.Hash1([]string{"go.mod"}, func(string) (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(data)), nil
	})
	return h
}

// judgeZip judges the zip file and its .ziphash.
func (c *Cache) judgeZip(e Entry, ev *evidence, sums []string, add adder) {
	want, zip, hash := ev.truth(sums), c.file(e, ".zip"), c.file(e, ".ziphash")
	switch {
	case ev.zipErr != nil:
		add(TornZip, zip, "is no whole zip file: %v", ev.zipErr)
	case !ev.hasZip || ev.zip.hash() == want:
	case len(sums) > 0:
		add(ForeignZip, zip, "is not what go.sum says, which may be an attack: it has %s, go.sum %s", ev.zip.hash(), sums[0])
	default:
		add(ChangedZip, zip, "is not what its .ziphash says")
	}
	switch {
	case !ev.hasHash && ev.zip != nil:
		add(MissingHash, hash, "is missing")
	case !ev.hasHash || ev.hash == want && isHash(want):
	case !isHash(ev.hash):
		add(TornHash, hash, "has no hash in it")
	default:
		add(WrongHash, hash, "is not what go.sum says")
	}
}

// judgeDir judges the extracted module.
func (c *Cache) judgeDir(e Entry, ev *evidence, sums []string, add adder) {
	want, dir := ev.truth(sums), c.path(e.dir)
	switch {
	case ev.partial && !ev.hasDir:
		add(StrayPartial, c.file(e, ".partial"), "was left behind by a go command that was killed")
	case ev.partial:
		add(HalfDir, dir, "was not completely extracted")
	case !ev.hasDir:
	case !ev.hasZip && !ev.hasHash:
		add(OrphanDir, dir, "is left of a cache that was removed only in part")
	case ev.dirErr != nil:
		add(ChangedDir, dir, "%v", ev.dirErr)
	case want == "" || ev.dir.hash() == want:
	case len(sums) > 0 && ev.dir.hash() == ev.zip.hash(): // what it was extracted from
		add(ForeignDir, dir, "is not what go.sum says")
	case ev.zip.hash() == want:
		add(ChangedDir, dir, "has been changed (%s)", ev.dir.differs(ev.zip, e.Mod.String()+"/"))
	default:
		add(ChangedDir, dir, "has been changed")
	}
}

package modverify

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"

	"github.com/go-safe/go-safe/internal/gomod"
	"github.com/go-safe/go-safe/internal/modcache"
	"golang.org/x/mod/module"
)

// A Kind of damage. The words are part of the JSON form of go safe verify.
type Kind string

// The kinds, named after the file that has the damage. Foreign is what go.sum contradicts: a torn file would be
// too, but this may be an attack.
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
	OrphanDir  Kind = "orphan-dir" // its downloads are gone: a clean was interrupted
	HalfDir    Kind = "half-dir"   // its extraction was interrupted

	StrayPartial Kind = "stray-partial"
	StrayTemp    Kind = "stray-tmp"
	StrayScratch Kind = "stray-heal" // a Repair was interrupted
)

// A Finding is something that is damaged, missing or left behind.
type Finding struct {
	Kind Kind
	Path string // of the file or folder
	What string // what is wrong, in words that follow the path
}

// expectedHash is the hash that the module must have: what go.sum says; else its .ziphash, which was written
// when the download was verified; else that of the zip file, which the go command verifies before it writes a
// .ziphash. "" where nobody knows. Of several hashes in go.sum the one that something has counts.
func (ev *evidence) expectedHash(sums []string) string {
	for _, h := range []string{ev.zip.hash(), ev.hash, ev.dir.hash()} {
		if slices.Contains(sums, h) {
			return h
		}
	}
	switch {
	case len(sums) > 0:
		return sums[0]
	case gomod.IsHash(ev.hash):
		return ev.hash
	}
	return ev.zip.hash()
}

// An adder adds a finding.
type adder func(kind Kind, path, format string, args ...any)

// findings says what is wrong with an entry. A missing .info or .mod file is not: the go command gets it when
// it needs it, and leaves entries without them itself.
func (c *Cache) findings(e *Entry, ev *evidence, sums gomod.Sums) []Finding {
	var found []Finding
	var add adder = func(kind Kind, path, format string, args ...any) {
		found = append(found, Finding{kind, path, fmt.Sprintf(format, args...)})
	}
	c.findMod(e, ev, sums, add)
	if !e.fromGOROOT() {
		c.findZip(e, ev, sums[e.Version], add)
	}
	if !e.fromGOROOT() || ev.partial {
		c.findDir(e, ev, sums[e.Version], add)
	}
	for _, name := range ev.temps {
		add(StrayTemp, c.path(e.Folder(), name), "was left behind by a go command that was killed")
	}
	return found
}

// findMod compares the .mod file with go.sum, else with the go.mod in the zip file. A module from before
// modules has none in there, and one of a version v2+incompatible may have another.
func (c *Cache) findMod(e *Entry, ev *evidence, sums gomod.Sums, add adder) {
	if !ev.hasMod {
		return
	}
	path := c.path(e.File(".mod"))
	want := sums[module.Version{Path: e.Path, Version: e.Version.Version + "/go.mod"}]
	hash := modcache.HashMod(ev.mod)
	inZip, comparable := ev.zip[e.String()+"/go.mod"]
	comparable = comparable && !strings.HasSuffix(e.Version.Version, "+incompatible") &&
		ev.zip.hash() == ev.expectedHash(sums[e.Version])
	switch {
	case len(ev.mod) == 0:
		add(EmptyMod, path, "is empty: an empty file in your cache, not an attack")
	case len(want) > 0 && !slices.Contains(want, hash):
		add(ForeignMod, path, "is not what go.sum says: it has %s, go.sum %s", hash, want[0])
	case len(want) == 0 && comparable && inZip != sha256.Sum256(ev.mod):
		add(ChangedMod, path, "is not the go.mod of the module's zip file")
	}
}

// findZip looks at the zip file and its .ziphash.
func (c *Cache) findZip(e *Entry, ev *evidence, sums []string, add adder) {
	want, zip, hash := ev.expectedHash(sums), c.path(e.File(".zip")), c.path(e.File(".ziphash"))
	switch {
	case ev.zipErr != nil:
		add(TornZip, zip, "is no whole zip file: %v", ev.zipErr)
	case !ev.hasZip || ev.zip.hash() == want:
	case len(sums) > 0:
		add(ForeignZip, zip, "is not what go.sum says, which may be an attack: it has %s, go.sum %s",
			ev.zip.hash(), sums[0])
	default:
		add(ChangedZip, zip, "is not what its .ziphash says")
	}
	switch {
	case !ev.hasHash && ev.zip != nil:
		add(MissingHash, hash, "is missing")
	case !ev.hasHash || ev.hash == want && gomod.IsHash(want):
	case !gomod.IsHash(ev.hash):
		add(TornHash, hash, "has no hash in it")
	default:
		add(WrongHash, hash, "is not what go.sum says")
	}
}

// findDir looks at the extracted module.
func (c *Cache) findDir(e *Entry, ev *evidence, sums []string, add adder) {
	want, dir := ev.expectedHash(sums), c.path(e.Dir())
	switch {
	case ev.partial && !ev.hasDir:
		add(StrayPartial, c.path(e.File(".partial")), "was left behind by a go command that was killed")
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
		add(ChangedDir, dir, "has been changed (%s)", ev.dir.differs(ev.zip, e.String()+"/"))
	default:
		add(ChangedDir, dir, "has been changed")
	}
}

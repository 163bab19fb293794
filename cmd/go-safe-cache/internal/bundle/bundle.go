// Package bundle is the form in which results of builds lie in a store.
//
// A bundle belongs to a key (module, go version, platform, flags that matter) and a commit. It is one object: a head,
// which can be signed, and a manifest, whose hash is in the head. The manifest names actions, their outputs, and the
// parts in which the outputs are. A part is an object too, named by its hash: outputs one behind the other,
// compressed. Parts do not change, so bundles of later commits name those of earlier ones.
//
// All that is read here may come from an attacker. Every size is compared with a limit before memory is used for it.
package bundle

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"time"

	"github.com/go-safe/go-safe/cmd/go-safe-cache/internal/gocache"
)

// Limits of what is read from a store.
const (
	MaxObject   = 64 << 20 // of a bundle: more than 200,000 actions
	maxManifest = 128 << 20
	MaxRaw      = 8 << 30 // of all parts of one bundle, uncompressed
	MaxOutput   = 1 << 30 // of one output; larger ones are not pushed
)

// Key says which builds have results in common.
type Key struct {
	Module   string // path of the main module
	Go       string // version of the go command
	Platform string // GOOS/GOARCH, and what else selects a machine
	Flags    string // build flags that change most of the actions
}

// Name is the key as part of an object's name.
func (k Key) Name() string {
	sum := sha256.Sum256([]byte(k.text()))
	return fmt.Sprintf("%x", sum[:16])
}

func (k Key) text() string {
	return fmt.Sprintf("module %q\ngo %q\nplatform %q\nflags %q\n", k.Module, k.Go, k.Platform, k.Flags)
}

// CommitName and BranchName are the names of bundles, PartName is that of a part.
func (k Key) CommitName(commit string) string {
	return "v1/bundle/" + k.Name() + "/commit/" + escape(commit)
}

// BranchName is the name of the newest bundle of a branch.
func (k Key) BranchName(branch string) string {
	return "v1/bundle/" + k.Name() + "/branch/" + escape(branch)
}

// PartName is the name of a part.
func PartName(sum gocache.ID) string { return "v1/part/" + sum.String() }

// escape makes one element of a URL's path of a name. It is its own: all stores must agree on it.
func escape(s string) string {
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		if c == '-' || c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' ||
			c == '.' && i > 0 {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "=%02x", c)
		}
	}
	return b.String()
}

// Head is what is signed.
type Head struct {
	Key    Key
	Commit string
	Branch string // empty if the commit is on none that is known
	Time   time.Time
	Sum    gocache.ID // of the manifest as it is stored
}

// Manifest says which action has which output, and where the outputs are.
type Manifest struct {
	Parts   []Part
	Outputs []Output
	Actions []Action
}

// Part is an object with the content of outputs.
type Part struct {
	Sum  gocache.ID // of the object
	Size int64      // of the object
	Raw  int64      // uncompressed
}

// Output is the result of an action.
type Output struct {
	ID     gocache.ID
	Size   int64
	Used   time.Time // last use, so that the go command trims it as where it was made
	Part   int       // index in Parts
	Offset int64     // in the uncompressed part
	Exec   string    // name of the program, if it is one that is run from the cache
}

// Action is an action and the index of its output.
type Action struct {
	ID     gocache.ID
	Output int
	Time   time.Time // when it ran
	Used   time.Time
}

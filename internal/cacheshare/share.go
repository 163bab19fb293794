// Package cacheshare makes a directory the cache of a group: it sets the policy that packages rights and cachefix
// then follow.
package cacheshare

import (
	"path/filepath"
	"slices"

	"github.com/go-safe/go-safe/internal/fsinfo"
	"github.com/go-safe/go-safe/internal/layout"
	"github.com/go-safe/go-safe/internal/tree"
)

// A Shared tells what Dir did.
type Shared struct {
	tree.Report
	Made  bool // the directory did not exist
	Group int  // gid of the cache's group, -1 on Windows
	ByACL bool // else by setgid alone
	Shape layout.Shape

	Unreachable string // a directory above that does not let the group through, "" if all do
}

// Others says what users may do who are not in the group.
type Others bool

const (
	Closed Others = false // nothing
	Open   Others = true  // read and run
)

// Dir makes a directory, new or a cache, one that the group has in common, and brings what is in it in line. group
// is a name or number, "" for the group that the directory belongs to. Only root changes entries of other users; for
// other callers these are in the report. On Windows the rights of others stay as they are.
//
// What members of the group could have moved there because they could not read it stays as it is, and is in the
// report too. Dir refuses, with the reason, what is no cache, what everybody may write to or replace, and homes.
func Dir(dir, group string, others Others, homes []string, o *tree.Options) (*Shared, error) {
	return share(filepath.Clean(dir), group, others, homes, o)
}

// notToShare says why a directory must not be shared, whatever is in it.
func notToShare(dir string, homes []string) string {
	switch {
	case dir == filepath.Dir(dir):
		return "is the root of everything"
	case slices.ContainsFunc(homes, func(home string) bool { return home == dir || fsinfo.SameFile(home, dir) }):
		return "is a home"
	}
	return ""
}

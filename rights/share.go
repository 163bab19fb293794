package rights

import (
	"path/filepath"
	"slices"
)

// A Shared tells what Share did.
type Shared struct {
	Report
	Made  bool // the directory was missing
	ByACL bool // else by setgid alone
	Shape Shape
}

// Share makes a directory a cache that the group has in common, by name or number, "" for the group that it belongs to, and
// brings what is in it in line. What others may stays as it is, but for writing. Entries of other users are changed by root alone; who else
// runs it finds them in the report.
//
// What the group could have moved there and could not read stays as it is, and is in the report too.
//
// It refuses, with the reason, what is no cache, what everybody may write to, and homes, the directories given.
func Share(dir, group string, homes []string, o *Options) (*Shared, error) {
	return share(dir, group, homes, o)
}

// notToShare says why a directory is not one to be shared, whatever is in it.
func notToShare(dir string, homes []string) string {
	switch {
	case dir == filepath.Dir(dir):
		return "is the root of everything"
	case slices.Contains(homes, dir):
		return "is a home"
	}
	return ""
}

package rights

import (
	"os"
	"path/filepath"
	"slices"
)

// A Shared tells what Share did.
type Shared struct {
	Report
	Made  bool // the directory was missing
	Group int  // of the cache, -1 where its ACL names the group otherwise than by number
	ByACL bool // else by setgid alone
	Shape Shape

	Unreachable string // a directory above that does not let the group through, "" where all do
}

// A Refusal is an error that something to type mends: Command, and Path after it, as one word.
type Refusal struct{ Why, Command, Path string }

func (e *Refusal) Error() string { return e.Why + "; type: " + e.Command + " " + e.Path }

// Share makes a directory a cache that the group has in common, by name or number, "" for the group that it belongs to, and
// brings what is in it in line. What others may stays as it is, but for writing. Entries of other users are changed by root alone; who else
// runs it finds them in the report.
//
// What the group could have moved there and could not read stays as it is, and is in the report too.
//
// It refuses, with the reason, what is no cache, what everybody may write to or replace, and homes, the directories given.
func Share(dir, group string, homes []string, o *Options) (*Shared, error) {
	return share(dir, group, homes, o)
}

// notToShare says why a directory is not one to be shared, whatever is in it.
func notToShare(dir string, homes []string) string {
	switch {
	case dir == filepath.Dir(dir):
		return "is the root of everything"
	case slices.ContainsFunc(homes, func(home string) bool { return home == dir || sameFile(home, dir) }):
		return "is a home"
	}
	return ""
}

// sameFile reports whether two paths lead to the same directory, which may have several names.
func sameFile(a, b string) bool {
	x, err := os.Stat(a)
	if err != nil {
		return false
	}
	y, err := os.Stat(b)
	return err == nil && os.SameFile(x, y)
}

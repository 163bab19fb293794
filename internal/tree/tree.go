// Package tree walks caches of the go command and brings their entries in line with a rule: owner, mode and ACL.
//
// It acts on descriptors, follows no link, stays in the mount of the cache, and leaves setuid and setgid files and
// files with several names alone. A walk can be interrupted anywhere and run again. It prints nothing and reads no
// environment; what it cannot change it names in its report.
package tree

// Options say how a whole cache is dealt with.
type Options struct {
	Dry   bool         // only look
	Tell  func(Change) // is told of each entry that was changed, or with Dry would be, in no order; may be nil
	Meter Meter        // may be read meanwhile

	// Owner, for package cachefix, is the user to whom everything in the cache is to belong. The caller vouches for all
	// that is in it. A user who is not root can only name himself, for his own files.
	Owner   *Owner
	TopOnly bool // for package cachefix: only the directory itself, which need not be a cache
}

// A Refusal is an error that the user can remove by a command: Command, and Path after it as one word.
type Refusal struct{ Why, Command, Path string }

func (e *Refusal) Error() string { return e.Why + "; run: " + e.Command + " " + e.Path }

// An Owner is the user and group that files are given to.
type Owner struct{ UID, GID int }

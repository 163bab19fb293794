// Package rights reads the policy of a cache: its owner, mode and ACL say who may use it, and nothing configures
// that. Of looks at the cache's root directory once. It is on the way of every go command's start, so it asks the
// system no more than the directory makes necessary.
//
// The package changes nothing. Package repair keeps the policy after a command, cachefix restores it in a whole
// cache, and cacheshare sets it.
package rights

// A Policy is what a cache's root directory says about who may use it, and how.
type Policy int

const (
	Unusable  Policy = iota // not there and cannot be made, or unreadable
	ReadOnly                // cannot be written to
	SharedACL               // an inheritable ACL lets us write: the kernel gives new entries the right rights
	SharedSet               // group-writable and setgid: new entries need the group's rights after each run
	Own                     // ours: nothing is to be done
	ForOwner                // we are root, and it is another user's: new entries are given to that user
	Open                    // another user's, and writable for us: used as the go command would
)

func (p Policy) String() string {
	return [...]string{
		"unusable", "read-only", "shared by an ACL", "shared by setgid", "own", "kept for its owner", "open to us",
	}[p]
}

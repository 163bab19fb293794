package rights

// Options say how a whole cache is dealt with.
type Options struct {
	Dry   bool   // only look
	Owner *Owner // for Fix: to whom everything in the cache is to belong; who is not root names himself, for what is his. Whoever names one vouches for all
	Meter Meter  // may be read meanwhile
}

// An Owner is whom files are given to.
type Owner struct{ UID, GID int }

// Fix brings all entries of a cache in line with its policy, in parallel. Who is not root changes what is his own, and in a
// cache of his own moves aside what others left there that he cannot work with. Root gives what belongs to root to the owner
// of the directory it is in, unless it is a secret; or everything to an owner who is named.
//
// In a shared cache it opens nothing to the group that others could have moved there, who could not read it.
//
// What is in the cache and cannot be changed is in the report; the error is about the directory itself.
func Fix(dir string, o *Options) (*Report, error) {
	return fix(dir, o)
}

// Foreign counts the entries of other users in a module cache of ours that keep the go command from adding to it, as root
// leaves them that was killed before it could give them away. Fix moves them aside.
func Foreign(dir string) int64 {
	return foreign(dir)
}

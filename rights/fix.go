package rights

// Options say how a whole cache is dealt with.
type Options struct {
	Dry   bool   // only look
	Owner *Owner // for Fix as root: to whom everything in the cache is to belong
	Meter Meter  // may be read meanwhile
}

// An Owner is whom files are given to.
type Owner struct{ UID, GID int }

// Fix brings all entries of a cache in line with its policy, in parallel. Who is not root changes what is his own, and in a
// cache of his own moves aside what others left there that he cannot work with. Root gives what belongs to root to the owner
// of the directory it is in, unless it is a secret; or everything to an owner who is named.
//
// What is in the cache and cannot be changed is in the report; the error is about the directory itself.
func Fix(dir string, o *Options) (*Report, error) {
	return fix(dir, o)
}

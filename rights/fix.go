package rights

// Options say how a whole cache is dealt with.
type Options struct {
	Dry   bool         // only look
	Tell  func(Change) // with Dry: is told of each entry that would be changed, in no order; nil for nobody
	Owner *Owner       // for Fix: to whom everything in the cache is to belong; who is not root names himself, for what is his. Whoever names one vouches for all
	Bare  bool         // for Fix: only the directory itself, which may be no cache
	Meter Meter        // may be read meanwhile
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

// Volume finds the caches below a directory that is none itself, such as a volume with mod, build and lost+found in
// it. It tells them by their shape, and looks four levels deep into directories of root's and of the owner that they
// are for. Bare reports that the directory has nothing but caches and empty directories in it: these are caches to
// be, and Options.Bare is for the directory. Otherwise only caches of root's and of that owner are returned.
func Volume(dir string, owner Owner) (caches []string, bare bool) {
	return volume(dir, owner)
}

// Foreign counts the entries in a module cache that keep its users from adding to it, and tells whose one is: in a cache of ours those
// of other users, as root leaves them that was killed before it could give them away, which Fix moves aside; in one that is shared by setgid those
// that a killed command left closed to the group, ours or others', which their owner's or root's Fix opens. Modules are not looked into.
func Foreign(dir string) (n int64, owner int) {
	return foreign(dir)
}

// Closed counts the entries in a module cache of ours that are ours too and that their modes keep us from, which Fix opens. Modules
// are not looked into.
func Closed(dir string) (n int64) {
	return closed(dir)
}

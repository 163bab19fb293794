package clean

// Undeletable are directories in a module cache that this user cannot empty, because other users own them.
type Undeletable struct {
	Count  int
	First  string // path of the first one
	Owners []int  // uids
}

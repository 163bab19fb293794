package rights

import "slices"

// A right is what an entry of an ACL of macOS or Windows allows or denies. To write to a file and to make a file in a
// directory is the same bit on both (sys/kauth.h, winnt.h), and so with the others.
type right uint8

const (
	mayRead   right = 1 << iota // or list
	mayWrite                    // or make files
	mayAppend                   // or make directories
	mayRun                      // or look names up
)

// An ace is such an entry.
type ace struct {
	who       string // a SID, or a UUID
	deny      bool
	rights    right
	inherited bool // came from the directory above
	self      bool // counts for the directory that has it
	dirs      bool // inherited by all directories below, and so on; as the next
	files     bool
}

// An aceList is an ACL of macOS or Windows, in its order: the first entry that mentions a right decides.
type aceList []ace

// allows reports whether those of the entries that count allow one of us all that is needed. Where nothing denies it, the
// mode may still on macOS.
func (l aceList) allows(us []string, needed right, counts func(ace) bool) bool {
	left := needed
	for _, e := range l {
		switch {
		case !counts(e) || !slices.Contains(us, e.who):
		case e.deny && e.rights&needed != 0:
			return false
		case !e.deny:
			left &^= e.rights
			if left == 0 {
				return true
			}
		}
	}
	return false
}

// adds reports whether the directory itself lets one of us make entries in it.
func (l aceList) adds(us []string) bool {
	return l.allows(us, mayWrite|mayAppend|mayRun, func(e ace) bool { return e.self })
}

// lets reports whether one of us can make entries in the directory, and can do so in all directories that will be made below,
// and read and write all files: the go command opens lock files and the entries of a build cache for writing.
func (l aceList) lets(us ...string) bool {
	return l.adds(us) &&
		l.allows(us, mayRead|mayWrite|mayAppend|mayRun, func(e ace) bool { return e.dirs }) &&
		l.allows(us, mayRead|mayWrite, func(e ace) bool { return e.files })
}

// shares reports whether the list lets somebody in who is none of those, as everybody is in some groups.
func (l aceList) shares(but []string, everybody ...string) bool {
	return slices.ContainsFunc(l, func(e ace) bool {
		return !e.deny && !slices.Contains(but, e.who) && l.lets(append(everybody, e.who)...)
	})
}

// heirs reports whether anything in the list is inherited: most lists are not worth asking who we are.
func (l aceList) heirs() bool {
	return slices.ContainsFunc(l, func(e ace) bool { return e.dirs || e.files })
}

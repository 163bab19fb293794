package acl

import "slices"

// Rights are what an entry of an ACL of Windows allows or denies. To write to a file and to make a file in a
// directory is the same bit (winnt.h), and so with the others.
type Rights uint8

const (
	Read    Rights = 1 << iota // or list
	Write                      // or make files
	Append                     // or make directories
	Run                        // or look names up
	Replace                    // remove, rename, or take more rights; of a directory, also what is in it
)

// An ACE is an entry of an ACL of Windows.
type ACE struct {
	SID       string // whom it is for
	Deny      bool
	Rights    Rights
	Inherited bool // came from the directory above
	Self      bool // counts for the directory that has it
	Dirs      bool // inherited by all directories below
	Files     bool // inherited by all files below
}

// A List is an ACL of Windows, in its order: the first entry that mentions a right decides.
type List []ACE

// Allows reports whether the entries that count allow one of us all that is needed.
func (l List) Allows(us []string, needed Rights, counts func(ACE) bool) bool {
	left := needed
	for _, e := range l {
		switch {
		case !counts(e) || !slices.Contains(us, e.SID):
		case e.Deny && e.Rights&needed != 0:
			return false
		case !e.Deny:
			left &^= e.Rights
			if left == 0 {
				return true
			}
		}
	}
	return false
}

// adds reports whether the directory itself lets one of us make entries in it.
func (l List) adds(us []string) bool {
	return l.Allows(us, Write|Append|Run, func(e ACE) bool { return e.Self })
}

// Lets reports whether one of us can make entries in the directory and in all directories that will be made below,
// and read and write all files: the go command opens lock files and the entries of a build cache for writing.
func (l List) Lets(us ...string) bool {
	return l.adds(us) &&
		l.Allows(us, Read|Write|Append|Run, func(e ACE) bool { return e.Dirs }) &&
		l.Allows(us, Read|Write, func(e ACE) bool { return e.Files })
}

// shares reports whether the list lets in somebody who is none of those excepted.
func (l List) shares(except []string) bool {
	return slices.ContainsFunc(l, func(e ACE) bool {
		return !e.Deny && !slices.Contains(except, e.SID) && l.Lets(e.SID)
	})
}

//go:build unix

package fsinfo

import (
	"fmt"
	"slices"

	"github.com/go-safe/go-safe/internal/shell"
	"github.com/go-safe/go-safe/internal/user"
)

// A writer is a user or a group that may make and rename entries of a directory, besides its owner.
type writer struct {
	kind writerKind
	id   int // of a user or group
}

type writerKind int

const (
	everyone writerKind = iota
	aUser               // named by an ACL
	aGroup              // the directory's own, or one that an ACL names
)

// trusted reports whether the writer is root or the receiver. A group is trusted if it is one of the receiver's, or
// if all its members are the receiver: many systems give each user a group of his own, and a umask that lets it
// write.
func (w writer) trusted(r Receiver) bool {
	switch w.kind {
	case aUser:
		return r.trusts(w.id)
	case aGroup:
		if slices.Contains(r.GIDs, w.id) {
			return true
		}
		members, known := user.Members(w.id)
		return known && !slices.ContainsFunc(members, func(uid int) bool { return !r.trusts(uid) })
	}
	return false
}

func (w writer) String() string {
	switch w.kind {
	case aUser:
		return fmt.Sprintf("uid %d", w.id)
	case aGroup:
		return fmt.Sprintf("group %d", w.id)
	}
	return "everyone"
}

// stop returns the command line that takes the right from the writer.
func (w writer) stop(dir string) string {
	dir = shell.Quote(dir)
	switch w.kind {
	case aUser:
		return fmt.Sprintf("setfacl -x u:%d %s", w.id, dir)
	case aGroup:
		return "chmod g-w " + dir
	}
	return "chmod +t " + dir
}

// writersOf returns the writers of a directory. If it has an ACL, the group's bits of the mode only limit the ACL.
func writersOf(fd int, f facts) (list []writer) {
	if f.mode&0o002 != 0 {
		list = append(list, writer{kind: everyone})
	}
	if f.mode&0o020 == 0 {
		return list
	}
	if named, ok := aclWriters(fd, f.gid); ok {
		return append(list, named...)
	}
	return append(list, writer{aGroup, f.gid})
}

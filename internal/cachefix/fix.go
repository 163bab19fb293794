// Package cachefix brings whole caches in line with their policy: what plain go, sudo go or a killed command left
// wrong. It also finds what there is to fix: caches below a volume, root's directories in a user's home, entries
// that are in the way.
package cachefix

import "github.com/go-safe/go-safe/internal/tree"

// Dir brings all entries of a cache in line with its policy, in parallel. A user who is not root changes his own
// entries, and in a cache of his own moves aside entries of others that he cannot work with. Root gives root's
// entries to the owner of the directory they are in, except secrets; or, if Options.Owner names one, everything to
// that owner.
//
// In a shared cache it opens to the group nothing that members could have moved there because they could not read
// it.
//
// What is in the cache and cannot be changed is in the report; the error is about the directory itself.
func Dir(dir string, o *tree.Options) (*tree.Report, error) { return fixDir(dir, o) }

// Home gives a user what root made in the user's home by go commands: the directories that lead to go's own
// (.cache to go-build, .config to go, go to pkg and bin), the settings and telemetry in .config/go, pkg/sumdb and
// the binaries. It returns the caches that are there, which are for Dir. Only root can do this. The home must
// belong to the user. Home follows no link, enters no other mount, and leaves root what only root can read.
func Home(home string, to tree.Owner, o *tree.Options) (*tree.Report, []string, error) {
	return fixHome(home, to, o)
}

// Volume finds the caches below a directory that is none itself, such as a volume with mod, build and lost+found
// in it. It tells caches by their shape, and looks four levels deep into directories of root and of the owner that
// they are for. bare reports that the directory contains only caches and empty directories: these will be caches,
// and the directory itself is for Dir with Options.TopOnly. Otherwise Volume returns only caches of root and of that
// owner.
func Volume(dir string, owner tree.Owner) (caches []string, bare bool) { return volume(dir, owner) }

// Foreign counts the entries in a module cache that are in the way of its users, and returns the owner of one. In
// a cache of ours these are entries of other users, such as root's if root was killed before it could give them
// away; Dir moves them aside. In a cache shared by setgid they are entries of any user that a killed command left
// closed to the group; Dir opens them for their owner and for root. Foreign does not look into modules.
func Foreign(dir string) (n int64, owner int) { return foreign(dir) }

// Closed counts our own entries in a module cache of ours that their modes close to us. Dir opens them. Closed
// does not look into modules.
func Closed(dir string) (n int64) { return closed(dir) }

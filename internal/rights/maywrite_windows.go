package rights

import (
	"github.com/go-safe/go-safe/internal/acl"
	"github.com/go-safe/go-safe/internal/proc"
)

// MayWrite reports whether a user with these SIDs may make entries in a directory, or could let himself. It is false
// where the SIDs are hidden.
func MayWrite(dir string, ids proc.IDs) bool {
	d, err := acl.DescriptorOfPath(dir)
	return err == nil && len(ids.SIDs) > 0 && d.MayAdd(ids.SIDs)
}

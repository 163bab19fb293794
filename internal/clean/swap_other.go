//go:build unix && !linux

package clean

import "errors"

// swap fails: these systems cannot do it in one step, or nobody has run it there (renameatx_np of macOS). Two
// renames would leave the name free for a moment, in which a build could make a cache that the go command then
// deletes under it.
func swap(dir int, a, b string) error { return errors.ErrUnsupported }

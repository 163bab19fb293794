//go:build unix && !linux && !darwin

package clean

import "errors"

// swap cannot be had in one step: two renames would leave the name free for a build, which would make a cache of it that
// the go command deletes under the build.
func swap(dir int, a, b string) error { return errors.ErrUnsupported }

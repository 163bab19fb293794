//go:build !linux

package proc

import "errors"

// AdoptOrphans fails: only Linux can do it.
func AdoptOrphans() error { return errors.ErrUnsupported }

// Adopts reports false.
func Adopts() bool { return false }

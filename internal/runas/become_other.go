//go:build !linux

package runas

import "errors"

// become fails: nobody has run this on other systems.
func (u User) become() error { return errors.ErrUnsupported }

//go:build !linux

package shim

import "os"

// A child is a process that was started and not waited for yet.
type child struct{ *os.Process }

// reap does nothing: only Linux has containers with an init process of their own.
func (c *child) reap() {}

func (c *child) wait() (Status, error) {
	state, err := c.Wait()
	if err != nil {
		return Status{}, err
	}
	return status(state), nil
}

func (c *child) signal(sig os.Signal) error { return c.Signal(sig) }

//go:build !linux

package lock

// A blockedChild is never found on these systems.
type blockedChild struct{}

func findBlockedChild() blockedChild    { return blockedChild{} }
func (blockedChild) path() string       { return "" }
func (blockedChild) holders() []Process { return nil }

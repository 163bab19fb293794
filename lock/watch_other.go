//go:build !linux

package lock

// A blocked child is not seen.
type blocked struct{}

func blockedChild() blocked        { return blocked{} }
func (blocked) path() string       { return "" }
func (blocked) holders() []Process { return nil }

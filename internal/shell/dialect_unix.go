//go:build unix

package shell

// current returns the dialect of the shell that users paste into.
func current() dialect { return posix }

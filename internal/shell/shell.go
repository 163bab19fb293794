// Package shell is the ground floor for command lines that a user is told to run.
package shell

import "strings"

// Self stands for this program in such a line. Whoever prints the line puts the word there by which this user can run
// it. No path and no value of a variable has this byte.
const Self = "\x00"

// Quote makes one word for a POSIX shell of s, with quotes only where they are needed.
func Quote(s string) string {
	const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-+@%:,"
	if s != "" && strings.Trim(s, plain) == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

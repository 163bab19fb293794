// Package hint looks, after a go command has failed, for a cause that the command's own message hides: a torn module is said to be an
// attack, a build cache that is full or another user's to lack package fmt, a compiler that the kernel killed to have been killed.
//
// It sees what can be seen afterwards, in a few milliseconds, and says nothing where it is not certain. It reads nothing of
// what the go command printed, writes nothing and prints nothing.
package hint

// A Look says what is wrong with one thing and what to type, "" where nothing is.
type Look func() string

// First returns what the first look sees that sees something, "" where none does. Kills is what the function of that name returned
// before the command began.
func First(kills int, looks ...Look) string {
	if kills >= 0 && Kills() > kills {
		return "the kernel killed a process for want of memory while the command ran; type: export GOMAXPROCS=1"
	}
	for _, look := range looks {
		if line := look(); line != "" {
			return line
		}
	}
	return ""
}

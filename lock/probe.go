package lock

// Probe returns why the go command could not lock files in an existing directory, nil if it could.
//
// On a local file system it disturbs nobody and returns at once. Where Remote is true it makes a file and locks
// that. If the server does not answer (NFSv3 without lockd), that may hang, and no signal ends it: only a process
// that can be left behind should call it there.
func Probe(dir string) error { return probe(dir) }

// Remote reports whether another machine or a program decides about locks in dir.
func Remote(dir string) bool { return remote(dir) }

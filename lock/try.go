package lock

// Try says why the go command could not lock files in dir, an existing directory: nil where it could. On a file system
// of this machine it disturbs nobody and returns at once. On others (Remote) it makes a file and locks that, which
// may hang beyond any signal where the server does not answer (NFSv3 without lockd): there it is for a process that
// can be left behind.
func Try(dir string) error {
	return try(dir)
}

// Remote reports whether locks in dir are another machine's, or a program's, to give.
func Remote(dir string) bool {
	return remote(dir)
}

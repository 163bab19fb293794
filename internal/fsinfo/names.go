package fsinfo

// Names of what go-safe itself makes in and beside caches. Whoever looks through a cache must know them.
const (
	// LockName is the name of the file that is locked in place of a directory (package lock), and ends the name of
	// one that is beside the directory. Temporary files have "-" and a number after it.
	LockName = ".go-safe.lock"

	// CleanMark begins or ends the names of folders in which a clean sets things aside (package clean). A number
	// follows.
	CleanMark = "go-safe-clean-"

	// ForeignSuffix ends the names of folders of a build cache that other users own and that were renamed so that new
	// ones could take their place (package envfix). A dot and a number may follow.
	ForeignSuffix = ".foreign"
)

package lock

const (
	lockableDirectories = false // LockFileEx takes files alone
	noFollow            = 0
)

func interrupted(error) bool { return false }

func noDirectoryLocks(error) bool { return false } // what is locked is a file already

package lock

const (
	lockableDirectories = false // LockFileEx takes files alone
	noFollow            = 0
)

func interrupted(error) bool { return false }

//go:build unix && !linux && !darwin && !freebsd

package lock

func remoteFD(int) bool { return false }

//go:build unix && !linux && !darwin && !freebsd

package lock

func remote(string) bool { return false }
func remoteFD(int) bool  { return false }

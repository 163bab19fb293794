package main

// setuid reports false: Windows has no setuid files.
func setuid() bool {
	return false
}

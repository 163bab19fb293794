package main

// setuid does not exist on Windows.
func setuid() bool {
	return false
}

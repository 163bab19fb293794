package login

// firstPath is empty: there is no login shell on Windows.
func firstPath() string { return pathIn("", "") }

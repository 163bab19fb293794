package doctor

// umaskChecks returns none: files of Windows inherit the rights of their folder.
func umaskChecks() []Check { return nil }

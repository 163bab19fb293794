package doctor

// openFilesLimit is not known: Windows has no such limit.
func openFilesLimit() (limit uint64, known bool) { return 0, false }

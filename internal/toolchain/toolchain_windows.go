package toolchain

// Nobody needs the owner's rights to run a toolchain.
func ready(cache, version string) error { return nil }

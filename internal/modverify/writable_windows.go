package modverify

import "os"

// writable says nothing: only a try tells.
func writable(*os.Root) error { return nil }

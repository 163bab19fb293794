//go:build !linux || !(amd64 || arm64)

package shim

import "os"

func watchOrigin() {}

// reached is never so: each signal is passed on, and a key of the terminal tells the child twice. The go command
// heeds only the first INT or QUIT (cmd/go/internal/base.processSignals); go tool passes each on. On Windows
// nothing can be passed on.
func reached(os.Signal) bool { return false }

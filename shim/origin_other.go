//go:build !linux || !(amd64 || arm64)

package shim

import "os"

func watchOrigin() {}

// reachedChild always reports false: each signal is passed on, so the child gets that of a key twice. The go command
// reacts only to the first INT or QUIT (cmd/go/internal/base.processSignals), but go tool passes each on. On
// Windows no signal can be passed on.
func reachedChild(os.Signal) bool { return false }

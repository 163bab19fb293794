// Package toolchain makes toolchains in a shared module cache ready to run. The go command does that at their
// first use (cmd/go/internal/toolchain.Exec), which fails if the files are another user's.
package toolchain

// Prepare makes a toolchain in a module cache ready that we extracted as this version of golang.org/toolchain: its
// programs become executable, and each _go.mod gets a copy go.mod. It leaves alone what is not ours.
func Prepare(cache, version string) error { return ready(cache, version) }

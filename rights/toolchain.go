package rights

// Ready makes a toolchain in a module cache, extracted by us as this version of golang.org/toolchain, one that others can run: its programs become
// executable, and each _go.mod has a copy go.mod. The go command does so no sooner than at the first use
// (cmd/go/internal/toolchain.Exec), and fails where the files are another user's. What is not ours is left alone.
func Ready(cache, version string) error {
	return ready(cache, version)
}

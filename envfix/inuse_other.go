//go:build !linux

package envfix

// SeesProcesses reports whether this is no container. Other systems have nothing of the kind that need concern us.
func SeesProcesses() bool { return true }

// inUseIn returns a function that cannot tell on other systems; age alone decides.
func inUseIn(dir string) func(folder string) bool {
	return func(string) bool { return false }
}

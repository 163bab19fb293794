//go:build !linux

package envfix

// SeesProcesses reports true: only Linux has pid namespaces that hide processes.
func SeesProcesses() bool { return true }

// inUseIn returns a function that always reports false: these systems are not asked. So only the age of a folder
// counts.
func inUseIn(dir string) func(folder string) bool {
	return func(string) bool { return false }
}

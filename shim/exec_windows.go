package shim

// Exec runs the command to its end: Windows cannot replace a process.
func Exec(c Command) (Status, error) {
	return Run(c)
}

package shim

// Exec runs the command and waits for it, because Windows cannot replace a process.
func Exec(c Command) (Status, error) {
	return Run(c)
}

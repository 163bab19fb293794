// Spawn is the least that can supervise the go command: it starts $GOSAFE_GO and waits. The overhead
// of go-safe is measured against it.
package main

import "os"

func main() {
	path := os.Getenv("GOSAFE_GO")
	child, err := os.StartProcess(path, append([]string{path}, os.Args[1:]...), &os.ProcAttr{
		Files: []*os.File{os.Stdin, os.Stdout, os.Stderr},
	})
	if err != nil {
		os.Exit(126)
	}
	state, err := child.Wait()
	if err != nil {
		os.Exit(125)
	}
	os.Exit(state.ExitCode())
}

//go:build linux || windows

package lock

import (
	"bufio"
	"fmt"
	"io"
	"os"
)

func init() { roles["build"], roles["idle"] = build, idle }

// startIdle starts a process below this one with a command line of its own. It runs until standard input ends.
func startIdle(args []string) error {
	child := command("idle")
	child.Args = args
	child.Stdin = os.Stdin
	stdout, err := child.StdoutPipe()
	if err != nil {
		return err
	}
	if err := child.Start(); err != nil {
		return err
	}
	bufio.NewReader(stdout).ReadString('\n')
	return nil
}

// idle waits until standard input ends.
func idle([]string) error {
	fmt.Println("held")
	io.Copy(io.Discard, os.Stdin)
	return nil
}

//go:build unix

// Exec is the least that can stand in front of the go command on the exec branch: it replaces itself by
// $GOSAFE_GO. The overhead of go-safe is measured against it.
package main

import (
	"os"
	"syscall"
)

func main() {
	path := os.Getenv("GOSAFE_GO")
	syscall.Exec(path, append([]string{path}, os.Args[1:]...), os.Environ())
	os.Exit(126)
}

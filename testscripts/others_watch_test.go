//go:build unix

package testscripts

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

const watchFiles = `
-- go.mod --
module example.com/server

go 1.21
-- main.go --
package main

import (
	"fmt"
	"net"
	"os"
)

func main() {
	l, err := net.Listen("tcp", os.Getenv("ADDRESS"))
	if err != nil {
		fmt.Println("busy")
		os.Exit(3)
	}
	fmt.Println(os.Getpid())
	for {
		c, err := l.Accept()
		if err != nil {
			os.Exit(4)
		}
		c.Write([]byte("served"))
		c.Close()
	}
}
`

// TestOthersWatcher does what file watchers do, fifty times: it starts a server by go run, kills it and starts it
// again on the same port.
func TestOthersWatcher(t *testing.T) {
	o := newOthers(t)
	if *long {
		t.Skip("-long chooses")
	}
	plain, safe := o.watch(t, o.plain), o.watch(t, o.safe)
	for i := range plain {
		if plain[i] != safe[i] {
			t.Errorf("%s with plain go, %s with go-safe", plain[i], safe[i])
		}
	}
	t.Logf("%d lines, as\n%s", len(plain), strings.Join(plain[len(plain)-7:], "\n"))
}

// watch returns how each start ended, and which files are left.
func (o *otherSoftware) watch(t *testing.T, dir string) []string {
	if err := txtar.Write(txtar.Parse([]byte(watchFiles)), o.source(t, "")); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	l.Close()

	var lines []string
	for i := range 50 {
		// Watchers kill the process that they started, or its group.
		sig := []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGKILL, syscall.SIGTERM, syscall.SIGKILL}[i%5]
		group := i%5 < 3
		lines = append(lines, fmt.Sprintf("%d: %v, group %v: %s", i, sig, group, o.restart(t, dir, address, sig, group)))
	}
	left, err := os.ReadDir(o.path("run", "tmp"))
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range left {
		// Numbers differ between runs.
		lines = append(lines, "left: "+regexp.MustCompile(`[0-9]+`).ReplaceAllString(entry.Name(), "N"))
	}
	slices.Sort(lines[50:])
	return lines
}

// restart starts the server, kills the process that it started, and returns how that ended and whether the server
// still runs. It kills such a server.
func (o *otherSoftware) restart(t *testing.T, dir, address string, sig syscall.Signal, group bool) string {
	cmd := o.command(t, dir, filepath.Join(dir, "go"), "run", ".")
	cmd.Env = append(cmd.Env, "ADDRESS="+address)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	server, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil {
		t.Errorf("the server says %q", line) // the port is not free
		cmd.Wait()
		return line
	}
	pid := cmd.Process.Pid
	if group {
		pid = -pid
	}
	if err := syscall.Kill(pid, sig); err != nil {
		t.Fatal(err)
	}
	cmd.Wait()
	ended := cmd.ProcessState.String()
	c, err := net.Dial("tcp", address)
	for group && err == nil {
		c.Close() // the server got the signal too and will end
		c, err = net.Dial("tcp", address)
	}
	if err != nil {
		return ended + ", no server"
	}
	reply, _ := bufio.NewReader(c).ReadString('\n')
	syscall.Kill(server, syscall.SIGKILL)
	for err == nil {
		c.Close() // until the port is free
		c, err = net.Dial("tcp", address)
	}
	return ended + ", the server goes on: " + reply
}

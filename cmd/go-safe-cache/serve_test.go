package main

import (
	"net"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// freeAddress returns an address of this machine on which nobody listens.
func freeAddress(t testing.TB) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

// serve starts a server and waits until it answers. It ends with the test.
func serve(t testing.TB, cmd *exec.Cmd, address string) {
	t.Helper()
	name := filepath.Base(cmd.Path)
	var out strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { cmd.Wait(); close(ended) }()
	t.Cleanup(func() { cmd.Process.Kill(); <-ended })
	for {
		conn, err := net.Dial("tcp", address)
		if err == nil {
			conn.Close()
			return
		}
		select {
		case <-ended:
			t.Fatalf("%s: %s", name, out.String())
		case <-t.Context().Done():
			t.Fatalf("%s does not answer", name)
		case <-time.After(5 * time.Millisecond):
		}
	}
}

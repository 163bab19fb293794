//go:build unix

package testscripts

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/textproto"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

const goplsFiles = `
-- go.mod --
module example.com/edited

go 1.21

require golang.org/x/mod v0.42.0
-- main.go --
package main

import "golang.org/x/mod/semver"

func main() { println(semver.Max("v1", 2), missing) }
`

// TestOthersGopls opens a file in gopls, over stdio as editors do, and waits for its diagnostics. For these gopls has
// to load a module.
func TestOthersGopls(t *testing.T) {
	o := newOthers(t)
	if !*long {
		t.Skip("-long chooses")
	}
	o.install(t, "golang.org/x/tools/gopls", "")
	plain, safe := o.diagnostics(t, o.plain), o.diagnostics(t, o.safe)
	if !slices.Equal(plain, safe) || len(plain) != 2 {
		t.Errorf("diagnostics with plain go: %q, with go-safe: %q; want 2, the same", plain, safe)
	}
}

// diagnostics returns what gopls says about main.go.
func (o *otherSoftware) diagnostics(t *testing.T, dir string) []string {
	module := o.source(t, "")
	if err := txtar.Write(txtar.Parse([]byte(goplsFiles)), module); err != nil {
		t.Fatal(err)
	}
	mustRun(t, o.command(t, o.plain, "go", "mod", "tidy"))

	cmd := o.command(t, dir, o.path("tools", "gopls"), "-mode=stdio")
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Process.Kill()
	uri := "file://" + filepath.Join(module, "main.go")
	text, err := os.ReadFile(filepath.Join(module, "main.go"))
	if err != nil {
		t.Fatal(err)
	}
	c := lspConn{t, stdin, bufio.NewReader(stdout)}
	c.send(map[string]any{"id": 1, "method": "initialize", "params": map[string]any{
		"processId": os.Getpid(), "rootUri": "file://" + module, "capabilities": map[string]any{},
	}})
	c.until(func(m lspMessage) bool { return m.Method == "" && string(m.ID) == "1" })
	c.send(map[string]any{"method": "initialized", "params": map[string]any{}})
	c.send(map[string]any{"method": "textDocument/didOpen", "params": map[string]any{
		"textDocument": map[string]any{"uri": uri, "languageId": "go", "version": 1, "text": string(text)},
	}})
	var found []string
	c.until(func(m lspMessage) bool {
		for _, d := range m.Params.Diagnostics {
			found = append(found, fmt.Sprintf("%s: %s", d.Range, d.Message))
		}
		return m.Method == "textDocument/publishDiagnostics" && len(m.Params.Diagnostics) > 0
	})
	c.send(map[string]any{"id": 2, "method": "shutdown"})
	c.until(func(m lspMessage) bool { return m.Method == "" && string(m.ID) == "2" })
	c.send(map[string]any{"method": "exit"})
	if err := cmd.Wait(); err != nil {
		t.Errorf("gopls: %v", err)
	}
	return found
}

// An lspConn speaks the Language Server Protocol, see https://microsoft.github.io/language-server-protocol.
type lspConn struct {
	t   *testing.T
	in  io.Writer
	out *bufio.Reader
}

type lspMessage struct {
	ID     json.RawMessage
	Method string
	Params struct {
		Diagnostics []struct {
			Range   json.RawMessage
			Message string
		}
		Items []any
	}
}

func (c lspConn) send(message map[string]any) {
	message["jsonrpc"] = "2.0"
	data, err := json.Marshal(message)
	if err == nil {
		_, err = fmt.Fprintf(c.in, "Content-Length: %d\r\n\r\n%s", len(data), data)
	}
	if err != nil {
		c.t.Fatal(err)
	}
}

// until reads messages until last returns true for one. It answers requests with nothing.
func (c lspConn) until(last func(lspMessage) bool) {
	c.t.Helper()
	for {
		header, err := textproto.NewReader(c.out).ReadMIMEHeader()
		if err != nil {
			c.t.Fatal(err)
		}
		n, err := strconv.Atoi(header.Get("Content-Length"))
		if err != nil {
			c.t.Fatal(err)
		}
		data := make([]byte, n)
		if _, err := io.ReadFull(c.out, data); err != nil {
			c.t.Fatal(err)
		}
		var m lspMessage
		if err := json.Unmarshal(data, &m); err != nil {
			m = lspMessage{} // another kind of message, without diagnostics
			if strings.Contains(string(data), `"id":1,`) {
				c.t.Fatalf("%v: %s", err, data)
			}
		}
		if m.ID != nil && m.Method != "" {
			c.send(map[string]any{"id": m.ID, "result": make([]any, len(m.Params.Items))})
		}
		if last(m) {
			return
		}
	}
}

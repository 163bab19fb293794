//go:build unix

package testscripts

import (
	"errors"
	"fmt"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// An otherTool is a program that runs go commands. It must print and make the same with go-safe.
type otherTool struct {
	name   string
	module string // of the tool
	pkg    string // the program's package, below the module
	on     string // the module that the tool works on
	files  string // files that are added to that module
	git    bool   // the module becomes a git repository
	script string // for sh; PATH has plain go or go-safe first, and the tool after it
	want   string // a part of its output with plain go
	long   bool
}

var otherTools = []otherTool{
	{name: "staticcheck", module: "honnef.co/go/tools", pkg: "cmd/staticcheck", on: "github.com/magefile/mage",
		files: otherUnused, script: "staticcheck ./...", want: "func unused is unused", long: true},
	{name: "golangci-lint", module: "github.com/golangci/golangci-lint/v2", pkg: "cmd/golangci-lint",
		on: "github.com/magefile/mage", git: true, files: otherUnused, script: "golangci-lint run ./...",
		want: "func unused is unused", long: true},
	{name: "dlv debug", module: "github.com/go-delve/delve", pkg: "cmd/dlv", files: otherProgram,
		script: "dlv debug " + dlvFlags, want: `"halted here"`, long: true},
	{name: "dlv test", module: "github.com/go-delve/delve", pkg: "cmd/dlv", files: otherProgram,
		script: "dlv test " + dlvFlags, want: `"halted here"`, long: true},
	{name: "goreleaser", module: "github.com/goreleaser/goreleaser/v2", files: otherProgram, git: true, want: "dist/",
		script: "goreleaser build --snapshot --clean >log 2>&1 || cat log; find dist -name program\\* | xargs cksum | sort",
		long:   true},
	{name: "make", files: otherProgram, want: "bin/three",
		script: "make -j8 >out 2>err; echo $?; sort out err; cksum bin/* | sort"},
}

// dlvFlags hides addresses, process IDs and the numbers of goroutines, which differ each time.
const dlvFlags = `--allow-non-terminal-interactive --init debug . </dev/null 2>&1 |
	sed 's/goroutine([0-9]*\|0x[0-9a-f]*\|[0-9]\{3,\}/N/g'; ls`

// otherUnused has something that linters find.
const otherUnused = `
-- unused.go --
package main

func unused() {}
`

// otherProgram is a module that tools work on.
const otherProgram = `
-- go.mod --
module example.com/program

go 1.21
-- main.go --
package main

import "fmt"

func main() { fmt.Println(greet("halted here")) }

func greet(s string) string { return "hello, " + s }
-- main_test.go --
package main

import "testing"

func TestGreet(t *testing.T) {
	if got := greet("halted here"); got == "" {
		t.Error(got)
	}
}
-- debug --
break main.greet
continue
print s
quit
-- .gitignore --
dist/
-- .goreleaser.yaml --
version: 2
before: {hooks: [go mod tidy, go vet ./...]}
builds:
- env: [CGO_ENABLED=0]
  flags: [-trimpath]
  ldflags: [-s -w]
  targets: [linux_amd64, windows_amd64, darwin_arm64, freebsd_amd64]
-- Makefile --
all: one two three test vet list run install
one two three:
	+go build -trimpath -o bin/$@ .
test:
	go test -count=1 . | sed 's/[0-9.]*s$$//'
vet:
	go vet ./...
list:
	go list -deps -f '{{.ImportPath}} {{.Export}}' -export . | sed 's,/.*,,'
run:
	go run .
install:
	GOBIN=$$PWD/bin go install .
`

// TestOthersTools runs other people's tools.
func TestOthersTools(t *testing.T) {
	o := newOthers(t)
	for _, tool := range otherTools {
		t.Run(tool.name, func(t *testing.T) {
			if tool.long != *long {
				t.Skip("-long chooses")
			}
			if tool.module != "" {
				o.install(t, tool.module, tool.pkg)
			}
			plain, safe := o.tool(t, tool, o.plain), o.tool(t, tool, o.safe)
			if !strings.Contains(plain, tool.want) {
				t.Errorf("%q is not in what it does with plain go:\n%s", tool.want, plain)
			}
			if plain != safe {
				t.Errorf("with plain go:\n%s\nwith go-safe:\n%s", plain, safe)
			}
			t.Logf("%d lines with plain go", strings.Count(plain, "\n"))
		})
	}
}

// install builds a tool with plain go.
func (o *otherSoftware) install(t *testing.T, module, pkg string) {
	t.Helper()
	o.source(t, "")
	cmd := exec.Command(filepath.Join(o.plain, "go"), "install", path.Join(module, pkg)+"@"+otherVersions[module])
	cmd.Dir, cmd.Env = o.root, append(slices.Clone(o.environ), "GOBIN="+o.path("tools"))
	mustGet(t, cmd)
}

// tool runs the tool's script and returns how it ended and what it printed.
func (o *otherSoftware) tool(t *testing.T, tool otherTool, dir string) string {
	t.Helper()
	module := o.source(t, tool.on)
	if tool.files != "" {
		if err := txtar.Write(txtar.Parse([]byte(tool.files)), module); err != nil {
			t.Fatal(err)
		}
	}
	if tool.git {
		const script = `git init -q && git add . &&
			git -c user.name=a -c user.email=a@example.com commit -qm a && git tag v1.0.0`
		cmd := o.command(t, o.plain, "sh", "-c", script)
		cmd.Env = append(cmd.Env, "GIT_AUTHOR_DATE=@1 +0000", "GIT_COMMITTER_DATE=@1 +0000")
		mustRun(t, cmd)
	}
	cmd := o.command(t, dir, "sh", "-c", tool.script)
	cmd.Env = append(cmd.Env, "PATH="+o.search(dir)+string(filepath.ListSeparator)+o.path("tools"))
	out, err := cmd.CombinedOutput()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return fmt.Sprintf("%s%v\n", out, err)
}

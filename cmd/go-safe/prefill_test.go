//go:build unix

package main

import (
	"os"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/go-safe/go-safe/internal/modcache/cachetest"
)

// fakeStore is the go-safe-cache of these tests. It does what STORE says, with the verb in $1.
const fakeStore = `#!/bin/sh
echo "$*" >>"$LOG.store"
eval "$STORE"
`

// calls returns how go-safe-cache was called, without what differs each time, and forgets it.
func (p *place) calls() string {
	p.Helper()
	data, _ := os.ReadFile(p.path("go.log.store"))
	os.Remove(p.path("go.log.store"))
	var calls []string
	for line := range strings.Lines(string(data)) {
		verb, _, _ := strings.Cut(line, " ")
		_, args, _ := strings.Cut(line, " -- ")
		calls = append(calls, verb+" "+strings.TrimSpace(args))
	}
	return strings.Join(calls, "; ")
}

// mark is what go-safe-cache does with the name after -mark.
const mark = `while [ "$1" != -mark ]; do shift; done; mkdir -p "$GOCACHE/go-safe-cache"; ` +
	`printf "$TEXT" >"$GOCACHE/go-safe-cache/$2"`

// Go-safe-cache is called before commands that compile, once for a commit and flags, and after them if it may write.
func TestStore(t *testing.T) {
	p := newPlace(t, t.TempDir())
	p.write(map[string]string{"store/go-safe-cache": fakeStore, "m/.git/HEAD": "ref: refs/heads/main\n",
		"m/.git/refs/heads/main": "1111\n"})
	p.do(os.Chmod(p.path("store/go-safe-cache"), 0o755))
	p.environ[0] += ":" + p.path("store")
	expect := func(want, line string) {
		t.Helper()
		if _, said, state := p.start(strings.Fields(line)...).end(); said != "" || state != "exit status 0" {
			t.Errorf("go %s: %s, said %q", line, state, said)
		}
		if got := p.calls(); got != want {
			t.Errorf("go %s: called %q, want %q", line, got, want)
		}
	}
	expect("", "build") // GOSAFE_CACHE is not set
	p.set("GOSAFE_CACHE=https://example.com/x", "STORE=case $1 in pull) "+mark+";; esac")
	for _, line := range []string{"version", "env", "mod tidy", "list -m", "clean -cache", "fmt"} {
		expect("", line)
	}
	expect("pull build ./...", "build ./...")
	expect("", "build ./...")
	expect("", "test -run X .") // flags that change no results
	expect("pull test -race .", "test -race .")
	expect("pull build -tags x", "build -tags x")
	expect("pull build -tags y", "build -tags y")
	expect("", "build -tags y")
	p.write(map[string]string{"m/.git/refs/heads/main": "2222\n"}) // a commit
	expect("pull build", "build")
	p.set("GOSAFE_CACHE=https://example.com/y")
	expect("pull build", "build")
	p.set("GOFLAGS=-trimpath")
	expect("pull build", "build")
	expect("", "build")

	// To ask about a toolchain that is not there would download it, without a lock, and with too little time.
	p.write(map[string]string{"tree/VERSION": "go1.26.1\n"})
	p.set("GOFLAGS=", "GOTOOLCHAIN=go1.99.1")
	expect("", "build")
	name := "go1.99.1." + runtime.GOOS + "-" + runtime.GOARCH
	program := "mod/golang.org/toolchain@v0.0.1-" + name + "/bin/go"
	ziphash := "mod/cache/download/golang.org/toolchain/@v/v0.0.1-" + name + ".ziphash"
	p.write(map[string]string{program: "", ziphash: cachetest.Hash})
	p.do(os.Chmod(p.path(program), 0o755))
	expect("pull build", "build")
	p.set("GOTOOLCHAIN=local")

	// After a failure the store is left alone for a while, whatever the command.
	p.set("TEXT=no answer", "GOFLAGS=")
	p.write(map[string]string{"m/.git/refs/heads/main": "3333\n"})
	expect("pull build", "build")
	p.set("GOSAFE_CACHE_WRITE=1")
	expect("", "build")
	expect("", "build -tags z")
	p.set("GOSAFE_CACHE_WRITE=", "GOSAFE_CACHE=https://example.com/z")
	expect("pull build", "build")
	p.set("GOSAFE=off")
	expect("", "build")
	p.set("GOSAFE=")
	p.do(os.Remove(p.path("m/go.mod")))
	expect("", "build x.go")
}

// A pull holds no lock while it waits for the store: a clean does not wait for it. What it writes meanwhile or
// afterwards is whole, as what a build writes that begins after the clean.
func TestStoreHoldsNoLock(t *testing.T) {
	p := newPlace(t, t.TempDir())
	p.write(map[string]string{"store/go-safe-cache": fakeStore})
	p.do(os.Chmod(p.path("store/go-safe-cache"), 0o755))
	p.environ[0] += ":" + p.path("store")
	p.set("GOSAFE_CACHE=https://example.com/x", "STORE="+p.meet())
	build := p.start("build")
	<-p.meanwhile(func() {
		p.set("GOSAFE_LOCK_TIMEOUT=0")
		p.is(0, "", "clean", "-cache")
	})
	if _, said, state := build.end(); said != "" || state != "exit status 0" {
		t.Errorf("%s, said %q", state, said)
	}
	if got := p.log(); got != "clean -cache\nbuild" {
		t.Errorf("ran %q", got)
	}
}

// The push is told when the command began, outlives it, holds none of its streams, and gets nothing of its signals.
func TestStorePush(t *testing.T) {
	p := newPlace(t, t.TempDir())
	p.write(map[string]string{"store/go-safe-cache": fakeStore})
	p.do(os.Chmod(p.path("store/go-safe-cache"), 0o755))
	p.environ[0] += ":" + p.path("store")
	p.set("GOSAFE_CACHE=https://example.com/x", "GOSAFE_CACHE_WRITE=1", "FAKE=exit 3",
		`STORE=case $1 in push) cat "$HOME/gate" >"$HOME/passed";; esac; echo lost; echo lost >&2; true`)
	p.do(syscall.Mkfifo(p.path("home/gate"), 0o600))
	p.is(3, "lost\n", "build") // it returns while the push waits; only the pull's standard error is ours
	p.do(os.WriteFile(p.path("home/gate"), []byte("x"), 0))
	for p.text("home/passed") != "x" {
		if t.Context().Err() != nil {
			t.Fatal("the push did not go on")
		}
	}
	if got := p.calls(); got != "pull build; push build" {
		t.Errorf("called %q", got)
	}
}

// Whatever goes wrong with go-safe-cache, the go command runs, and there is one warning.
func TestStoreFails(t *testing.T) {
	p := newPlace(t, t.TempDir())
	p.set("GOSAFE_CACHE=https://user:sesame@example.com/x", "GOSAFE_CACHE_WRITE=1", "FAKE=exit 5")
	status, said := p.run("build")
	if status != 5 || !strings.HasPrefix(said,
		"go-safe: warning: GOSAFE_CACHE: go-safe-cache is neither beside go-safe nor on PATH") ||
		strings.Count(said, "\n") != 1 || strings.Contains(said, "sesame") {
		t.Errorf("status %d, said %q", status, said)
	}
	p.write(map[string]string{"store/go-safe-cache": fakeStore})
	p.do(os.Chmod(p.path("store/go-safe-cache"), 0o755))
	p.environ[0] += ":" + p.path("store")
	for _, store := range []string{"exit 2", "kill -9 $$"} {
		p.set("STORE=" + store)
		status, said = p.run("build")
		if status != 5 || !strings.HasPrefix(said, "go-safe: warning: GOSAFE_CACHE: ") || strings.Count(said, "\n") != 1 {
			t.Errorf("%s: status %d, said %q", store, status, said)
		}
	}
	p.set("STORE=echo said >&2")
	if status, said = p.run("build"); status != 5 || said != "said\n" {
		t.Errorf("status %d, said %q", status, said)
	}
}

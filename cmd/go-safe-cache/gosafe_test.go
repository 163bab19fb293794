package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// buildPrograms builds go-safe and go-safe-cache.
func buildPrograms(t testing.TB, to string) {
	t.Helper()
	for dir, name := range map[string]string{"../..": "./cmd/go-safe", ".": "."} {
		cmd := exec.Command("go", "build", "-o", to, name)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "GOWORK=off")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
}

// TestGoSafe shows the whole with the real go-safe and the real go command: a build with GOSAFE_CACHE pushes, and
// another machine's build compiles nothing; with the store away the build goes on.
func TestGoSafe(t *testing.T) {
	if testing.Short() {
		t.Skip("builds go-safe, and a project with a cold cache")
	}
	bin := t.TempDir()
	buildPrograms(t, bin)
	s, dir := startNginx(t, ""), newProject(t)
	build := func(m *machine, args ...string) string {
		t.Helper()
		cmd := exec.Command(bin+"/go-safe", args...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "GOCACHE="+m.gocache, "GOWORK=off", "GOFLAGS=", "CGO_ENABLED=0")
		for name, value := range m.env {
			cmd.Env = append(cmd.Env, name+"="+value)
		}
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("go-safe %v: %v\n%s", args, err, out)
		}
		return string(out)
	}
	out := filepath.Join(t.TempDir(), "out")
	first := newMachine(t, dir, s.url)
	if said := build(first, "run", "."); said != "hello\n" { // it becomes the go command, so there is no push after it
		t.Errorf("go-safe run said %q", said)
	}
	if said := build(first, "build", "-o", out, "."); said != "" {
		t.Errorf("go-safe said %q", said)
	}
	for len(s.files(t, "v1/bundle")) < 2 { // the push goes on meanwhile
		if t.Context().Err() != nil {
			t.Fatal("nothing was pushed")
		}
	}
	s.requests(t)
	second := newMachine(t, dir, s.url)
	second.env["GOSAFE_CACHE_WRITE"] = ""
	if said := build(second, "build", "-x", "-o", out, "."); strings.Contains(said, "/compile ") {
		t.Error("the second machine compiled")
	}
	if said := build(second, "run", "-x", "."); strings.Contains(said, "/link ") {
		t.Error("what go run made was not sent by the push after it")
	}
	if s.requests(t) == 0 {
		t.Error("no requests")
	}
	build(second, "build", "-o", out, ".")
	if n := s.requests(t); n > 0 {
		t.Errorf("%d requests for the same commit", n)
	}

	second.env["GOSAFE_VERBOSE"] = "1"
	if said := build(second, "build", "-o", out, "."); !strings.Contains(said, "not asked: it was asked for this") {
		t.Error(said)
	}
	second.env["GOSAFE_VERBOSE"] = ""

	// After "go clean -cache" a build is a cold one; a pull by hand brings all back.
	build(second, "clean", "-cache")
	if said := build(second, "build", "-x", "-o", out, "."); !strings.Contains(said, "/compile ") {
		t.Error("a cleaned cache was filled again")
	}
	build(second, "clean", "-cache")
	if said := build(second, "safe", "cache", "pull"); !strings.Contains(said, "entries from commit") {
		t.Error(said)
	}
	if said := build(second, "safe", "cache", "stats"); !strings.Contains(said, "to pull:  0 entries") {
		t.Error(said)
	}

	if os.Getuid() == 0 { // what root pulls into another user's cache is that user's
		const owner = "4321"
		third := newMachine(t, dir, s.url)
		third.env["GOSAFE_CACHE_WRITE"] = ""
		os.Mkdir(third.gocache, 0o755)
		os.Chown(third.gocache, 4321, 4321)
		build(third, "build", "-o", out, ".")
		left, err := exec.Command("find", third.gocache, "!", "-user", owner).CombinedOutput()
		if err != nil || len(left) > 0 {
			t.Errorf("%v: not the owner's: %s", err, left)
		}
		if said := build(third, "safe", "cache", "stats"); !strings.Contains(said, "to pull:  0 entries") {
			t.Error(said)
		}
	}

	second.env["GOSAFE_CACHE"] = "http://user:sesame@127.0.0.1:1"
	for i, want := range []string{"go-safe: warning: GOSAFE_CACHE: pull: ", ""} {
		said := build(second, "build", "-o", out, ".")
		if !strings.HasPrefix(said, want) || strings.Count(said, "\n") != 1-i || strings.Contains(said, "sesame") {
			t.Errorf("a store that is away, build %d: %q", i+1, said)
		}
	}
	second.env["GOSAFE_VERBOSE"] = "1"
	if said := build(second, "build", "-o", out, "."); !strings.Contains(said, "not asked: something went wrong") {
		t.Error(said)
	}
}

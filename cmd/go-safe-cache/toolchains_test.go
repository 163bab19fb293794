package main

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var toolchains = flag.Bool("toolchains", false, "pull and push with every Go release since 1.21, downloaded")

// TestToolchains shows that with each Go release in use a machine with an empty GOCACHE compiles nothing and runs no
// test again. The releases are those of smoke_toolchains.txtar.
func TestToolchains(t *testing.T) {
	if !*toolchains {
		t.Skip("takes minutes; to run it: -toolchains")
	}
	script, err := os.ReadFile("../../testscripts/smoke_toolchains.txtar")
	if err != nil {
		t.Fatal(err)
	}
	versions := regexp.MustCompile(`(?m)^# (go1\.\d+\.\d+)$`).FindAllStringSubmatch(string(script), -1)
	if len(versions) < 5 {
		t.Fatal("the script names only ", versions)
	}
	s, dir := startNginx(t, ""), newProject(t)
	write(t, filepath.Join(dir, "go.mod"), "module example.com/m\n\ngo 1.21\n")
	write(t, filepath.Join(dir, "m_test.go"), "package main\n\nimport \"testing\"\n\nfunc TestX(t *testing.T) {}\n")
	commit(t, dir)
	t.Setenv("CGO_ENABLED", "0")
	t.Setenv("GOMODCACHE", filepath.Join(t.TempDir(), "mod"))
	t.Setenv("GOTOOLCHAIN", "local") // to be set again below, and back before the last cleanup
	t.Cleanup(func() { exec.Command("go", "clean", "-modcache").Run() })
	for _, version := range versions {
		t.Setenv("GOTOOLCHAIN", version[1])
		test := func(m *machine) string {
			t.Helper()
			cmd := exec.Command("go", "test", "-x", ".")
			cmd.Dir = m.dir
			cmd.Env = append(os.Environ(), "GOCACHE="+m.gocache, "GOWORK=off", "GOFLAGS=")
			out, err := cmd.CombinedOutput()
			if err != nil {
				t.Fatalf("%s: %v\n%s", version[1], err, out)
			}
			return string(out)
		}
		first, second := newMachine(t, dir, s.url), newMachine(t, dir, s.url)
		first.must(t, "pull", "no bundle") // that of another release is none
		test(first)
		first.must(t, "push", "new entries")
		if out := second.must(t, "stats"); !strings.Contains(out, "go:       "+version[1]+"\n") {
			t.Errorf("%s: the bundle is of another release:\n%s", version[1], out)
		}
		second.must(t, "pull", "entries from commit")
		if out := test(second); strings.Contains(out, "/compile ") || !strings.Contains(out, "(cached)") {
			t.Errorf("%s: the second machine compiled, or ran the test\n%s", version[1], out)
		}
		second.must(t, "verify", "are whole")
	}
}

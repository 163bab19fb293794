package testscripts

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Root installs into a setgid folder of a user's. There go-safe places the binary. When the new file appears, the
// user puts a link to root's own programs in the place of the folder.
func TestAttackInstall(t *testing.T) {
	a := newAttack(t)
	bin, victim := a.path("home/bin"), a.path("victim")
	if err := os.WriteFile(a.path("module/hello.go"), []byte("package main\n\nfunc main() {}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	binary := a.path("m")
	mustRun(t, a.command(a.plain, nil, "build", "-o", binary))
	for _, tt := range []struct {
		name    string
		naive   bool
		install func()
	}{
		{"copied and renamed by path", true, func() { placeByPath(bin, binary) }},
		{"go safe", false, func() {
			out, err := a.command(a.safe, []string{"GOENV=off", "GOBIN=" + bin}, "install").CombinedOutput()
			if err != nil {
				t.Errorf("%v: %s", err, out)
			}
		}},
	} {
		hits, turned := 0, 0
		for range 12 {
			for _, d := range []string{"home", "victim"} {
				removeTree(a.path(d))
			}
			a.owned("home", "home/bin")
			err := errors.Join(
				os.Chmod(bin, 0o755|fs.ModeSetgid),
				os.Mkdir(victim, 0o755),
				os.WriteFile(filepath.Join(victim, "m"), []byte("root's"), 0o755))
			if err != nil {
				t.Fatal(err)
			}
			stop := a.start("whole", bin, ".m.go-safe-", victim)
			tt.install()
			turned += stop()
			if text, err := os.ReadFile(filepath.Join(victim, "m")); err != nil || string(text) != "root's" {
				hits++
			}
			if left, _ := filepath.Glob(a.path("home/*/.m.go-safe-*")); !tt.naive && len(left) > 0 {
				t.Errorf("left: %s", strings.Join(left, " "))
			}
		}
		t.Logf("%s: root's program was replaced in %d of 12 rounds; the folder was turned in %d", tt.name, hits, turned)
		if hits > 0 != tt.naive || turned == 0 { // on a busy machine it may be too late in some rounds
			t.Errorf("%s: %d hits", tt.name, hits)
		}
	}
}

// placeByPath makes the mistake: it makes the file beside the old one and renames it. If that fails, it overwrites
// the old one.
func placeByPath(dir, from string) {
	data, err := os.ReadFile(from)
	temp, to := filepath.Join(dir, ".m.go-safe-1"), filepath.Join(dir, "m")
	if err = errors.Join(err, os.WriteFile(temp, data, 0o777)); err == nil {
		err = exec.Command("mv", "-T", temp, to).Run()
	}
	if err != nil {
		os.Remove(to)
		os.WriteFile(to, data, 0o777)
	}
}

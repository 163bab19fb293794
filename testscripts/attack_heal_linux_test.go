package testscripts

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
)

// Root heals a user's cache. In former versions root's go command downloaded into a folder in that cache, by path.
// The user puts a link in the place of that folder, and root writes where the link leads.
func TestAttackHeal(t *testing.T) {
	a := newAttack(t)
	proxy, cache := a.path("proxy"), a.path("home/mod")
	publishVersions(t, proxy)
	environ := []string{
		"GOENV=off", "GOSUMDB=off", "GOFLAGS=-modcacherw", "GOPROXY=file://" + proxy, "GOMODCACHE=" + cache,
	}
	download := filepath.Join(cache, "cache", "download")
	version := filepath.Join(download, "example.com", "a", "@v", "v1.0.0")
	for _, tt := range []struct {
		name  string
		naive bool
		heal  func()
	}{
		{"a folder in the cache, by path", true, func() {
			scratch := filepath.Join(download, ".go-safe-heal-1")
			os.MkdirAll(filepath.Join(scratch, "main"), 0o700)
			os.ReadFile(version + ".info")
			elsewhere := append(slices.Clip(environ), "GOMODCACHE="+filepath.Join(scratch, "mod"))
			a.command(a.plain, elsewhere, "mod", "download", "example.com/a@v1.0.0").Run()
		}},
		{"go safe verify --heal", false, func() {
			out, err := a.command(a.safe, environ, "safe", "verify", "--heal").CombinedOutput()
			if err != nil {
				t.Errorf("%v: %s", err, out)
			}
		}},
	} {
		hits := 0
		for range 10 {
			for _, d := range []string{"home", "victim"} {
				removeTree(a.path(d))
			}
			a.owned("home", "home/evil/main")
			if err := os.Mkdir(a.path("victim"), 0o755); err != nil {
				t.Fatal(err)
			}
			mustRun(t, a.command(a.plain, environ, "mod", "download", "example.com/a@v1.0.0"))
			err := errors.Join(
				os.Truncate(version+".zip", 0),
				os.WriteFile(a.path("home/evil/main/go.mod"), []byte("module heal\n"), 0o644),
				os.Symlink(a.path("victim"), a.path("home/evil/mod")))
			if err != nil {
				t.Fatal(err)
			}
			mustRun(t, exec.Command("chown", "-hR", "43391", a.path("home")))
			stop := a.start("after", version+".info", filepath.Join(download, ".go-safe-heal-*"), a.path("home/evil"))
			tt.heal()
			stop()
			if names, err := os.ReadDir(a.path("victim")); err != nil || len(names) > 0 {
				hits++
			}
			if !tt.naive && uidOf(t, version+".zip") != attackerUID {
				t.Error("the healed file does not belong to the owner of the cache")
			}
		}
		t.Logf("%s: root wrote to another directory in %d of 10 rounds", tt.name, hits)
		if hits > 0 != tt.naive {
			t.Errorf("%s: %d hits", tt.name, hits)
		}
	}
}

package cachefix

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/go-safe/go-safe/internal/linuxtest"
	"github.com/go-safe/go-safe/internal/tree"
)

const user = linuxtest.Attacker

// make makes files of root's below a directory, and directories that lead to them; a name with a slash at its end is
// one of a directory.
func makeAll(t *testing.T, dir string, paths ...string) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("needs root")
	}
	for _, path := range paths {
		at := filepath.Join(dir, path)
		if strings.HasSuffix(path, "/") {
			linuxtest.Must(t, os.MkdirAll(at, 0o755))
			continue
		}
		linuxtest.Must(t, os.MkdirAll(filepath.Dir(at), 0o755))
		linuxtest.Must(t, os.WriteFile(at, nil, 0o644))
	}
}

// Home gives what go commands made, and what leads to it; not the caches, and nothing that is not on a whole way.
func TestHome(t *testing.T) {
	home := t.TempDir()
	makeAll(t, home, ".cache/go-build/00/", ".cache/other/", ".config/go/env", "go/pkg/mod/cache/", "go/src/x", "other/")
	linuxtest.Must(t, os.WriteFile(home+"/.config/go/secret", nil, 0o600))
	linuxtest.Must(t, os.Chown(home, user, user))
	var told []string
	o := &tree.Options{Dry: true, Tell: func(c tree.Change) { told = append(told, c.Path) }}
	dry, _, err := Home(home, tree.Owner{UID: user, GID: user}, o)
	linuxtest.Must(t, err)
	report, caches, err := Home(home, tree.Owner{UID: user, GID: user}, &tree.Options{})
	linuxtest.Must(t, err)
	if !slices.Equal(caches, []string{home + "/.cache/go-build", home + "/go/pkg/mod"}) {
		t.Errorf("caches: %v", caches)
	}
	if report.Changed != dry.Changed || int64(len(told)) != dry.Total() || len(report.Left) != 1 {
		t.Errorf("%+v, and dry %+v: %v", report, dry, told)
	}
	for path, want := range map[string]int{
		".cache": user, ".cache/go-build": user, ".cache/go-build/00": 0, ".cache/other": 0, ".config/go/env": user,
		".config/go/secret": 0, "go/pkg/mod": user, "go/src": 0, "other": 0,
	} {
		if got := linuxtest.OwnerOf(filepath.Join(home, path)); got != want {
			t.Errorf("%s belongs to %d", path, got)
		}
	}
	if _, _, err := Home(home, tree.Owner{UID: linuxtest.Member}, &tree.Options{}); err == nil {
		t.Error("another user's home was fixed")
	}
}

func TestVolume(t *testing.T) {
	for _, tt := range []struct {
		name, paths, others string // others are the member's
		caches              string
		bare                bool
	}{
		{"caches to be", "mod/ build/ lost+found/x", "", "build mod", true},
		{"caches", "mod/cache/download/ build/00/ build/ff/", "", "build mod", true},
		{"a home", "home/go/pkg/mod/cache/download/ home/letter", "", "home/go/pkg/mod", false},
		{"too deep", "a/b/c/d/mod/cache/download/", "", "", false},
		{"another user's cache", "mod/cache/download/ its/cache/download/ letter", "its", "mod", false},
		{"another user's home", "home/mod/cache/download/", "home", "", false},
		{"a cache itself", "cache/download/", "", "", false},
	} {
		dir := t.TempDir()
		makeAll(t, dir, strings.Fields(tt.paths)...)
		if tt.others != "" {
			linuxtest.Must(t, os.Chown(filepath.Join(dir, tt.others), linuxtest.Member, linuxtest.Member))
		}
		caches, bare := Volume(dir, tree.Owner{UID: user, GID: user})
		for i := range caches {
			caches[i], _ = filepath.Rel(dir, caches[i])
		}
		if got := strings.Join(caches, " "); got != tt.caches || bare != tt.bare {
			t.Errorf("%s: %s, bare %t", tt.name, got, bare)
		}
	}
}

// Options.TopOnly changes the directory and nothing in it.
func TestBare(t *testing.T) {
	dir := t.TempDir()
	makeAll(t, dir, "mod/x")
	o := &tree.Options{Owner: &tree.Owner{UID: user, GID: user}, TopOnly: true}
	if r, err := Dir(dir, o); err != nil || r.Changed[tree.Owners] != 1 {
		t.Errorf("%+v, %v", r, err)
	}
	if linuxtest.OwnerOf(dir) != user || linuxtest.OwnerOf(dir+"/mod") != 0 {
		t.Error("the wrong directory was given away")
	}
}

package cachefix

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-safe/go-safe/internal/linuxtest"
	"github.com/go-safe/go-safe/internal/rights"
	"github.com/go-safe/go-safe/internal/tree"
)

// A cache that cannot be looked at (EIO) is not taken for another user's: it stays.
func TestAsideUnseen(t *testing.T) {
	home, user := t.TempDir(), os.Geteuid()
	if user == 0 {
		user = 43352 // root moves nothing aside
		linuxtest.Must(t, os.Chown(home, user, user))
	}
	dir := filepath.Join(home, "mod")
	linuxtest.Must(t, os.Mkdir(dir, 0o755))
	unseen := rights.Cache{Dir: dir, Facts: rights.Facts{Owner: -1, UID: user}}
	if _, err := moveCacheAside(unseen, &tree.Options{}); err == nil {
		t.Error("it is dealt with")
	}
	if _, err := os.Stat(dir); err != nil {
		t.Error(err)
	}
}

// Interrupted anywhere, it can be run again; and the second run finds nothing to do.
func TestTwice(t *testing.T) {
	cache, _ := linuxtest.ModCache(t)
	for i := range 50 {
		linuxtest.Must(t, os.WriteFile(fmt.Sprintf("%s/a.b/m@v1.0.0/f%d", cache, i), nil, 0o444))
	}
	o := &tree.Options{Dry: true}
	dry, err := Dir(cache, o)
	linuxtest.Must(t, err)
	first, err := Dir(cache, &tree.Options{})
	linuxtest.Must(t, err)
	second, err := Dir(cache, &tree.Options{})
	linuxtest.Must(t, err)
	if dry.Changed != first.Changed || first.Changed[tree.Owners] != 50 || second.Total() != 0 {
		t.Errorf("dry %v, first %v, second %v", dry.Changed, first.Changed, second.Changed)
	}
	if o.Meter.Done() < 0.99 || o.Meter.Done() > 1.01 || o.Meter.Seen() != dry.Seen {
		t.Errorf("meter: %v of the tree, %d entries", o.Meter.Done(), o.Meter.Seen())
	}
}

// Foreign and Closed count in a cache shared by setgid and in one of ours; a build cache is not theirs.
func TestForeignAndClosed(t *testing.T) {
	cache, _ := linuxtest.SharedCache(t)
	if n, owner := Foreign(cache); n != 0 || owner != 0 {
		t.Errorf("%d entries of uid %d in a good cache", n, owner)
	}
	closed := cache + "/cache/download/a.b/closed"
	linuxtest.Must(t, os.Mkdir(closed, 0o700))
	linuxtest.Must(t, os.Chmod(closed, 0o700))
	if n, owner := Foreign(cache); n != 1 || owner != 0 {
		t.Errorf("%d entries of uid %d are closed", n, owner)
	}
	own := t.TempDir()
	linuxtest.Must(t, os.MkdirAll(own+"/cache/download/a.b", 0o755))
	linuxtest.Must(t, os.Chmod(own+"/cache/download/a.b", 0))
	if n := Closed(own); n == 0 {
		t.Error("a directory of mode 0 is not closed")
	}
	if n, owner := Foreign(own); n != 0 || owner != -1 {
		t.Errorf("%d foreign entries", n)
	}
	build := t.TempDir()
	linuxtest.Must(t, os.MkdirAll(build+"/00", 0))
	linuxtest.Must(t, os.MkdirAll(build+"/ff", 0o755))
	if n := Closed(build); n != 0 {
		t.Errorf("%d entries of a build cache", n)
	}
}

func TestRefused(t *testing.T) {
	dir := t.TempDir()
	linuxtest.Must(t, os.WriteFile(dir+"/letter", nil, 0o644))
	if _, err := Dir(dir, &tree.Options{}); err == nil || !strings.Contains(err.Error(), "it has letter in it") {
		t.Error(err)
	}
	_, err := Dir(dir+"/none/below", &tree.Options{})
	if !errors.Is(err, fs.ErrNotExist) || !strings.HasSuffix(err.Error(), "below: file does not exist") {
		t.Error(err)
	}
}

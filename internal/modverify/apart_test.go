package modverify

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/go-safe/go-safe/internal/modcache"
)

// A repair that was killed leaves its folder where it worked apart from the cache. The next one removes it, and
// no other.
func TestSweepApart(t *testing.T) {
	c := &Cache{Apart: t.TempDir()}
	repair := func() { // as far as it gets before it works
		s := new(scratch)
		if err := c.makeScratch(s); err != nil {
			t.Fatal(err)
		}
		s.top.Close()
		if err := os.Remove(s.path); err != nil {
			t.Fatal(err)
		}
	}
	hour := time.Now().Add(-2 * time.Hour)
	for _, tt := range []struct {
		name string
		make func(dir string) error
		goes bool
	}{
		{"go-safe-heal-killed", func(dir string) error { return os.WriteFile(dir+"/lock", nil, 0o666) }, true},
		{"go-safe-heal-early", func(dir string) error { return os.Chtimes(dir, hour, hour) }, true},
		{"go-safe-heal-new", func(string) error { return nil }, false},
		{"go-safe-heal-used", func(dir string) error {
			top, err := os.OpenRoot(dir)
			if err != nil {
				return err
			}
			release, err := modcache.Lock(top, "lock", true)
			t.Cleanup(func() { release(); top.Close() })
			return err
		}, false},
		{"go-safe-heal-other", func(dir string) error {
			if os.Geteuid() != 0 {
				return nil
			}
			if err := os.WriteFile(dir+"/lock", nil, 0o666); err != nil {
				return err
			}
			return os.Chown(dir, 4392, 4392)
		}, false},
		{"other", func(dir string) error { return os.WriteFile(dir+"/lock", nil, 0o666) }, false},
	} {
		dir := filepath.Join(c.Apart, tt.name)
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := tt.make(dir); err != nil {
			t.Fatal(err)
		}
		repair()
		if _, err := os.Lstat(dir); (err != nil) != tt.goes {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
	link := filepath.Join(c.Apart, "go-safe-heal-link")
	needLink(t, "other", link)
	repair()
	for _, name := range []string{"go-safe-heal-link", "other/lock"} {
		if _, err := os.Lstat(filepath.Join(c.Apart, name)); err != nil {
			t.Error(err)
		}
	}
}

package lock

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-safe/go-safe/internal/fsinfo"
	"github.com/go-safe/go-safe/internal/linuxtest"
)

// A user exchanges his cache for a link to a directory of root's, again and again, while root makes the file that
// stands in for the cache. Root makes nothing in its own directory for him.
func TestRedirectedFile(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root")
	}
	const user = 4391
	top := sharedDir(t)
	cache, link, roots := filepath.Join(top, "cache"), filepath.Join(top, "link"), filepath.Join(top, "roots")
	err := errors.Join(os.Mkdir(cache, 0o755), os.Chown(cache, user, user),
		os.Mkdir(roots, 0o755), os.Symlink(roots, link))
	if err != nil {
		t.Fatal(err)
	}
	defer linuxtest.Exchange([2]string{cache, link})()
	made := 0
	for end := time.Now().Add(time.Second); time.Now().Before(end); {
		if l, err := open(cache, true); err == nil {
			l.release()
		}
		probe(cache)
		list, err := os.ReadDir(roots)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range list {
			fi, err := e.Info()
			if err == nil && (fsinfo.Owner(fi) != 0 || strings.HasPrefix(e.Name(), fsinfo.LockName+"-")) {
				t.Fatalf("root made %s for uid %d", e.Name(), fsinfo.Owner(fi))
			}
			os.Remove(filepath.Join(roots, e.Name()))
		}
		for _, dir := range []string{cache, link} {
			if err := os.Remove(filepath.Join(dir, fsinfo.LockName)); err == nil {
				made++
			} else if !errors.Is(err, fs.ErrNotExist) {
				t.Fatal(err)
			}
		}
	}
	if made == 0 {
		t.Error("the file was never made")
	}
}

package repair

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/go-safe/go-safe/internal/linuxtest"
	"github.com/go-safe/go-safe/internal/rights"
	"github.com/go-safe/go-safe/internal/tree"
)

// While root's command runs, root makes a file elsewhere that is for root alone to read: an editor does in the
// directory of its file, mktemp in /tmp. Who may write there moves it into a cache. Where the kernel lets users
// make hard links to files of others (fs.protected_hardlinks=0, macOS, FreeBSD) a link will do, until the first
// name is removed. The go command makes no such file: it stays root's.
func TestBornForRootAlone(t *testing.T) {
	if umask()&0o044 != 0 {
		t.Skip("the umask closes what the go command makes too")
	}
	naive := linuxtest.Way{Name: "find -newer -exec chown", Naive: true, Do: func(cache string) error {
		find := exec.Command("find", cache, "-newer", cache+"/began", "-user", "0", "-links", "1",
			"-exec", "chown", "4333", "{}", "+")
		return find.Run()
	}}
	for name, plant := range map[string]func(file, to string) error{
		"moved":  os.Rename,
		"linked": func(file, to string) error { linuxtest.Must(t, os.Link(file, to)); return os.Remove(file) },
	} {
		for _, w := range []linuxtest.Way{naive, {Name: "repair"}} {
			cache, _ := linuxtest.ModCache(t)
			work := filepath.Join(filepath.Dir(cache), "work")
			linuxtest.Must(t, os.Mkdir(work, 0o755))
			linuxtest.Must(t, os.Chown(work, linuxtest.Attacker, linuxtest.Attacker)) // who may rename what is in it
			linuxtest.Must(t, os.WriteFile(cache+"/began", nil, 0o644))
			time.Sleep(20 * time.Millisecond) // the clock of file systems ticks slowly
			run := Open(tree.Now(), rights.Of, []Place{{Dir: cache}})
			made := cache + "/cache/download/a.b/m/@v/v1.0.0.info"
			linuxtest.Must(t, os.WriteFile(made, nil, 0o644))
			linuxtest.Must(t, os.WriteFile(work+"/.secret.swp", []byte("secret"), 0o600))
			secret := cache + "/cache/download/a.b/m/@v/v1.0.0.mod"
			linuxtest.Must(t, plant(work+"/.secret.swp", secret))
			if w.Naive {
				linuxtest.Must(t, w.Do(cache))
			} else {
				run.Repair()
			}
			run.Close()
			if got := linuxtest.OwnerOf(secret) == linuxtest.Attacker; got != w.Naive {
				t.Errorf("%s, %s: the secret is the attacker's: %t", name, w.Name, got)
			}
			if linuxtest.OwnerOf(made) != linuxtest.Attacker {
				t.Errorf("%s, %s: what the command made is not its owner's", name, w.Name)
			}
		}
	}
}

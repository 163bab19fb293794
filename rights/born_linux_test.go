package rights

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// While root's command runs, root makes a file elsewhere that is for root alone to read: an editor does in the directory
// of its file, mktemp in /tmp. Who may write there moves it into a cache. Where the kernel lets users make hard links to
// files of others (fs.protected_hardlinks=0, macOS, FreeBSD) a link will do, until the first name is removed. The go
// command makes no such file: it stays root's.
func TestBornForRootAlone(t *testing.T) {
	if umask()&0o044 != 0 {
		t.Skip("the umask closes what the go command makes too")
	}
	naive := way{"find -newer -exec chown", true, func(cache string) error {
		find := exec.Command("find", cache, "-newer", cache+"/began", "-user", "0", "-links", "1", "-exec", "chown", "4333", "{}", "+")
		return find.Run()
	}}
	for name, plant := range map[string]func(file, to string) error{
		"moved":  os.Rename,
		"linked": func(file, to string) error { must(t, os.Link(file, to)); return os.Remove(file) },
	} {
		for _, w := range []way{naive, {"repair", false, nil}} {
			cache, _ := newCache(t)
			work := filepath.Join(filepath.Dir(cache), "work")
			must(t, os.Mkdir(work, 0o755))
			must(t, os.Chown(work, attacker, attacker)) // who may rename what is in it
			must(t, os.WriteFile(cache+"/began", nil, 0o644))
			time.Sleep(20 * time.Millisecond) // the clock of file systems ticks slowly
			run := Begin(Now(), []Place{{Dir: cache}})
			made := cache + "/cache/download/a.b/m/@v/v1.0.0.info"
			must(t, os.WriteFile(made, nil, 0o644))
			must(t, os.WriteFile(work+"/.secret.swp", []byte("secret"), 0o600))
			secret := cache + "/cache/download/a.b/m/@v/v1.0.0.mod"
			must(t, plant(work+"/.secret.swp", secret))
			var report *Report
			if w.naive {
				must(t, w.do(cache))
			} else {
				report = run.Repair()
			}
			run.Close()
			if got := ownerOf(secret) == attacker; got != w.naive {
				t.Errorf("%s, %s: the secret is the attacker's: %t", name, w.name, got)
			}
			if ownerOf(made) != attacker {
				t.Errorf("%s, %s: what the command made is not its owner's", name, w.name)
			}
			if report != nil && (len(report.Left) != 1 || !strings.HasSuffix(report.Left[0].First, "v1.0.0.mod")) {
				t.Errorf("%s: left: %v", name, report.Left)
			}
		}
	}
}

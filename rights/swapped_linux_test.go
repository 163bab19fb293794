package rights

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/go-safe/go-safe/internal/linuxtest"
	"golang.org/x/sys/unix"
)

// While root repairs, the attacker exchanges a new file of root's for an old one, which he may move but not read. Root
// gives away only the file that it looked at.
func TestSwappedForOld(t *testing.T) {
	naive := way{"a look by name, then chown by name", true, nil}
	for _, w := range []way{naive, repaired} {
		cache, victim := newCache(t)
		fresh, old := cache+"/a.b/new", filepath.Join(filepath.Dir(cache), "old")
		must(t, os.Rename(victim, old))
		time.Sleep(20 * time.Millisecond) // file systems use a clock with coarse ticks
		began := Now()
		run := Begin(began, []Place{{Dir: cache}})
		must(t, os.WriteFile(fresh, nil, 0o644))
		freshFile, err := os.Open(fresh)
		must(t, err)
		oldFile, err := os.Open(old)
		must(t, err)
		stop := linuxtest.Exchange([2]string{fresh, old})
		given, hit := false, false
		end := time.Now().Add(2 * time.Second)
		for i := 0; !hit && (w.naive || i < 2000 || time.Now().Before(end)); i++ { // the naive way hits sooner or later
			must(t, freshFile.Chown(0, 0))
			if !w.naive {
				run.Repair()
			} else if e, err := lookAt(unix.AT_FDCWD, fresh); err == nil && !e.born.Before(began) {
				must(t, os.Lchown(fresh, attacker, attacker))
			}
			given = given || ownerOfOpen(t, freshFile) == attacker
			hit = ownerOfOpen(t, oldFile) == attacker
		}
		stop()
		run.Close()
		freshFile.Close()
		oldFile.Close()
		if hit != w.naive || !w.naive && !given {
			t.Errorf("%s: gave the old file away: %t, the new one: %t", w.name, hit, given)
		}
	}
}

func ownerOfOpen(t *testing.T, f *os.File) int {
	fi, err := f.Stat()
	must(t, err)
	return int(fi.Sys().(*syscall.Stat_t).Uid)
}

package repair

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/go-safe/go-safe/internal/linuxtest"
	"github.com/go-safe/go-safe/internal/rights"
	"github.com/go-safe/go-safe/internal/tree"
	"golang.org/x/sys/unix"
)

// While root repairs, the linuxtest.Attacker exchanges a new file of root's for an old one, which he may move but
// not read. Root gives away only the file that it looked at.
func TestSwappedForOld(t *testing.T) {
	naive := linuxtest.Way{Name: "a look by name, then chown by name", Naive: true, Do: nil}
	for _, w := range []linuxtest.Way{naive, {Name: "repair"}} {
		cache, victim := linuxtest.ModCache(t)
		fresh, old := cache+"/a.b/new", filepath.Join(filepath.Dir(cache), "old")
		linuxtest.Must(t, os.Rename(victim, old))
		time.Sleep(20 * time.Millisecond) // file systems use a clock with coarse ticks
		began := tree.Now()
		run := Open(began, rights.Of, []Place{{Dir: cache}})
		linuxtest.Must(t, os.WriteFile(fresh, nil, 0o644))
		freshFile, err := os.Open(fresh)
		linuxtest.Must(t, err)
		oldFile, err := os.Open(old)
		linuxtest.Must(t, err)
		stop := linuxtest.Exchange([2]string{fresh, old})
		given, hit := false, false
		end := time.Now().Add(2 * time.Second)
		// The naive way hits sooner or later.
		for i := 0; !hit && (w.Naive || i < 2000 || time.Now().Before(end)); i++ {
			linuxtest.Must(t, freshFile.Chown(0, 0))
			if !w.Naive {
				run.Repair()
			} else if e, err := tree.Look(unix.AT_FDCWD, fresh); err == nil && !e.Born.Before(began) {
				linuxtest.Must(t, os.Lchown(fresh, linuxtest.Attacker, linuxtest.Attacker))
			}
			given = given || ownerOfOpen(t, freshFile) == linuxtest.Attacker
			hit = ownerOfOpen(t, oldFile) == linuxtest.Attacker
		}
		stop()
		run.Close()
		freshFile.Close()
		oldFile.Close()
		if hit != w.Naive || !w.Naive && !given {
			t.Errorf("%s: gave the old file away: %t, the new one: %t", w.Name, hit, given)
		}
	}
}

func ownerOfOpen(t *testing.T, f *os.File) int {
	fi, err := f.Stat()
	linuxtest.Must(t, err)
	return int(fi.Sys().(*syscall.Stat_t).Uid)
}

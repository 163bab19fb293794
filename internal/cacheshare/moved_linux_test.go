package cacheshare

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"unsafe"

	"github.com/go-safe/go-safe/internal/linuxtest"
	"github.com/go-safe/go-safe/internal/tree"
	"golang.org/x/sys/unix"
)

// While root shares a cache of its own, a member of the group waits until a directory in it lets the group write,
// and then moves a file there that he may move but not read. Nothing that comes so late is opened.
func TestMovedInWhileShared(t *testing.T) {
	const dirs, rounds = 60, 4
	group := strconv.Itoa(linuxtest.Group)
	for _, w := range []linuxtest.Way{
		{Name: "chgrp -R; chmod -R", Naive: true, Do: func(cache string) error {
			return exec.Command("sh", "-c", `chgrp -R "$0" "$1" && chmod -R g+rwX "$1"`, group, cache).Run()
		}},
		{Name: "share", Naive: false, Do: func(cache string) error {
			_, err := Dir(cache, group, Closed, nil, &tree.Options{})
			return err
		}},
	} {
		hits, moved := 0, 0
		for round := 0; round < rounds || w.Naive && hits == 0 && round < 10*rounds; round++ {
			cache, victim := linuxtest.ModCache(t)
			linuxtest.Must(t, os.RemoveAll(cache))
			work := filepath.Dir(victim)
			linuxtest.Must(t, os.MkdirAll(cache+"/cache/download/a.b", 0o755))
			var members sync.WaitGroup
			var ended atomic.Bool
			fd, err := unix.InotifyInit1(unix.IN_CLOEXEC)
			linuxtest.Must(t, err)
			watched := make(map[int32]int)
			for i := range dirs {
				dir := dirOf(cache, i)
				linuxtest.Must(t, os.MkdirAll(dir, 0o755))
				wd, err := unix.InotifyAddWatch(fd, dir, unix.IN_ATTRIB)
				linuxtest.Must(t, err)
				watched[int32(wd)] = i
				for j := range 2 {
					linuxtest.Must(t, os.WriteFile(fmt.Sprintf("%s/v1.0.%d.info", dir, j), []byte("{}"), 0o644))
				}
				linuxtest.Must(t, os.WriteFile(fmt.Sprintf("%s/secret%d", work, i), []byte("secret"), 0o600))
			}
			members.Go(func() {
				buf := make([]byte, 4096)
				for {
					n, err := unix.Read(fd, buf)
					if err != nil || n < unix.SizeofInotifyEvent || ended.Load() {
						return
					}
					for b := buf[:n]; len(b) > 0; {
						event := (*unix.InotifyEvent)(unsafe.Pointer(&b[0]))
						b = b[unix.SizeofInotifyEvent+event.Len:]
						i, dir := watched[event.Wd], dirOf(cache, watched[event.Wd])
						var st unix.Stat_t
						if unix.Stat(dir, &st) == nil && st.Mode&0o020 != 0 && st.Gid == linuxtest.Group {
							os.Rename(fmt.Sprintf("%s/secret%d", work, i), dir+"/list")
						}
					}
				}
			})
			linuxtest.Must(t, w.Do(cache))
			ended.Store(true)
			linuxtest.Must(t, os.Chmod(dirOf(cache, 0), 0o775)) // an event, so that the member sees it
			members.Wait()
			unix.Close(fd)
			for i := range dirs {
				fi, err := os.Stat(dirOf(cache, i) + "/list")
				if err == nil {
					moved++
					if fi.Mode()&0o040 != 0 {
						hits++
					}
				}
			}
		}
		t.Logf("%s: %d files were moved in, and %d of them were opened to the group", w.Name, moved, hits)
		if hits > 0 != w.Naive {
			t.Errorf("%s: %d hits", w.Name, hits)
		}
	}
}

func dirOf(cache string, i int) string { return fmt.Sprintf("%s/cache/download/a.b/m%d/@v", cache, i) }

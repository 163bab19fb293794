package rights

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

	"golang.org/x/sys/unix"
)

// While root shares a cache of its own, a member of the group waits until a directory in it lets the group write, and then
// moves a file there that he may move but not read. Nothing that comes so late is opened.
func TestMovedInWhileShared(t *testing.T) {
	const dirs, rounds = 60, 4
	group := strconv.Itoa(sharers)
	for _, w := range []way{
		{"chgrp -R; chmod -R", true, func(cache string) error {
			return exec.Command("sh", "-c", `chgrp -R "$0" "$1" && chmod -R g+rwX "$1"`, group, cache).Run()
		}},
		{"share", false, func(cache string) error {
			_, err := Share(cache, group, nil, &Options{})
			return err
		}},
	} {
		hits, moved := 0, 0
		for round := 0; round < rounds || w.naive && hits == 0 && round < 10*rounds; round++ {
			cache, victim := newCache(t)
			must(t, os.RemoveAll(cache))
			work := filepath.Dir(victim)
			must(t, os.MkdirAll(cache+"/cache/download/a.b", 0o755))
			var members sync.WaitGroup
			var ended atomic.Bool
			fd, err := unix.InotifyInit1(unix.IN_CLOEXEC)
			must(t, err)
			watched := make(map[int32]int)
			for i := range dirs {
				dir := dirOf(cache, i)
				must(t, os.MkdirAll(dir, 0o755))
				wd, err := unix.InotifyAddWatch(fd, dir, unix.IN_ATTRIB)
				must(t, err)
				watched[int32(wd)] = i
				for j := range 2 {
					must(t, os.WriteFile(fmt.Sprintf("%s/v1.0.%d.info", dir, j), []byte("{}"), 0o644))
				}
				must(t, os.WriteFile(fmt.Sprintf("%s/secret%d", work, i), []byte("secret"), 0o600))
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
						if unix.Stat(dir, &st) == nil && st.Mode&0o020 != 0 && st.Gid == sharers {
							os.Rename(fmt.Sprintf("%s/secret%d", work, i), dir+"/list")
						}
					}
				}
			})
			must(t, w.do(cache))
			ended.Store(true)
			must(t, os.Chmod(dirOf(cache, 0), 0o775)) // an event, so that the member sees it
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
		t.Logf("%s: %d files were moved in, and %d of them were opened to the group", w.name, moved, hits)
		if hits > 0 != w.naive {
			t.Errorf("%s: %d hits", w.name, hits)
		}
	}
}

func dirOf(cache string, i int) string { return fmt.Sprintf("%s/cache/download/a.b/m%d/@v", cache, i) }

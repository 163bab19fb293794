package fsinfo

import (
	"fmt"
	"os"
	"testing"

	"github.com/go-safe/go-safe/internal/linuxtest"
	"golang.org/x/sys/unix"
)

// A link in /proc leads to what a process has open, or has as its root or working directory, wherever that is. Its
// text is the path that this has for that process. Here, something else may have that path.
func TestProcLink(t *testing.T) {
	linuxtest.OwnMounts(t)
	dir := t.TempDir()
	f, err := os.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, ""); err != nil {
		t.Fatal(err)
	}
	defer unix.Unmount(dir, unix.MNT_DETACH)
	link := fmt.Sprintf("/proc/self/fd/%d", f.Fd())
	if text, err := os.Readlink(link); err != nil || text != dir {
		t.Fatal(text, err)
	}
	d, err := OpenDir(link)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	want, err := statOf(int(f.Fd()))
	if err != nil || d.self != want {
		t.Errorf("opened %v, not %v: %v", d.self, want, err)
	}
	root, err := d.Root()
	if err != nil {
		t.Fatal(err)
	}
	root.Close()
}

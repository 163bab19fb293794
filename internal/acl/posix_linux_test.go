package acl

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"testing"

	"github.com/go-safe/go-safe/internal/linuxtest"
	"golang.org/x/sys/unix"
)

// The kernel gives new files what inherited says, whatever the umask.
func TestKernelAgrees(t *testing.T) {
	dir := t.TempDir()
	fd, err := unix.Open(dir, unix.O_RDONLY|unix.O_DIRECTORY, 0)
	linuxtest.Must(t, err)
	defer unix.Close(fd)
	for i, list := range []POSIX{
		FromMode(0o775),
		{{UserObj, 7, NoID}, {User, 7, 1002}, {GroupObj, 5, NoID}, {Mask, 7, NoID}, {Other, 5, NoID}},
	} {
		if err := Set(fd, Default, list); errors.Is(err, errors.ErrUnsupported) {
			t.Skip("needs a file system with ACLs")
		} else if err != nil {
			t.Fatal(err)
		}
		for _, mode := range []fs.FileMode{0o666, 0o444, 0o777} {
			name := fmt.Sprintf("%s/%d-%o", dir, i, mode)
			f, err := os.OpenFile(name, os.O_CREATE|os.O_WRONLY, mode)
			linuxtest.Must(t, err)
			want := list.Inherited(uint16(mode >> 6))
			have, err := Get(int(f.Fd()), Access)
			linuxtest.Must(t, err)
			fi, err := f.Stat()
			linuxtest.Must(t, err)
			f.Close()
			if want.Plain() {
				want = nil
			}
			if !slices.Equal(have, want) || fi.Mode().Perm() != fs.FileMode(list.Inherited(uint16(mode>>6)).Mode()) {
				t.Errorf("%o: %v %v, want %v", mode, have, fi.Mode(), want)
			}
		}
	}
}

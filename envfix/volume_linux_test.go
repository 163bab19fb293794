package envfix

import (
	"encoding/binary"
	"fmt"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/go-safe/go-safe/internal/linuxtest"
	"golang.org/x/sys/unix"
)

// Room is counted in fragments. On FUSE they can be smaller than blocks: here a block has 1 MiB and a fragment 4
// KiB, and 512 fragments are free.
func TestFragments(t *testing.T) {
	linuxtest.OwnMounts(t)
	dir := t.TempDir()
	fd, err := unix.Open("/dev/fuse", unix.O_RDWR|unix.O_CLOEXEC, 0)
	if err != nil {
		t.Skipf("no FUSE: %v", err)
	}
	defer unix.Close(fd)
	options := fmt.Sprintf("fd=%d,rootmode=40755,user_id=0,group_id=0", fd)
	if err := unix.Mount("none", dir, "fuse", 0, options); err != nil {
		t.Skipf("no FUSE: %v", err)
	}
	defer unix.Unmount(dir, unix.MNT_DETACH)
	go serveRoot(fd)
	if got := Inspect("WORK", dir).Room; got != "has 2048 KiB left" {
		t.Errorf("room: %q", got)
	}
	out, err := exec.Command("df", "--output=avail", "-k", dir).Output()
	if err != nil || string(out) != "Avail\n 2048\n" {
		t.Errorf("df: %q, %v", out, err)
	}
}

// serveRoot answers the requests of linux/fuse.h for a file system that has only a root directory.
func serveRoot(fd int) {
	const getattr, statfs, initialize, access = 3, 17, 26, 34
	le, buf := binary.LittleEndian, make([]byte, 1<<20)
	for {
		n, err := unix.Read(fd, buf)
		if err != nil || n < 40 {
			return // unmounted
		}
		answer := make([]byte, 16, 128)
		copy(answer[8:], buf[8:16]) // which request
		switch le.Uint32(buf[4:]) {
		case initialize:
			answer = le.AppendUint32(le.AppendUint32(answer, 7), 31)
			answer = append(answer, make([]byte, 56)...)
		case getattr:
			answer = answer[:16+104]
			le.PutUint32(answer[16+16+60:], unix.S_IFDIR|0o755)
			le.PutUint32(answer[16+16+64:], 2) // links
		case statfs:
			for _, v := range []uint64{1024, 512, 512, 1 << 20, 1 << 20} {
				answer = le.AppendUint64(answer, v)
			}
			for _, v := range []uint32{1 << 20, 255, 4 << 10} {
				answer = le.AppendUint32(answer, v)
			}
			answer = answer[:16+80]
		case access:
		default:
			le.PutUint32(answer[4:], ^uint32(unix.ENOSYS)+1)
		}
		le.PutUint32(answer, uint32(len(answer)))
		unix.Write(fd, answer)
	}
}

// Root may use the blocks that are reserved for it (mkfs.ext4 -m), others may not.
func TestReserve(t *testing.T) {
	linuxtest.OwnMounts(t)
	image, dir := filepath.Join(t.TempDir(), "image"), t.TempDir()
	for _, line := range []string{
		"chmod 755 " + filepath.Dir(dir),
		"truncate -s 16M " + image,
		"mkfs.ext4 -q -m 50 " + image,
		"mount -o loop " + image + " " + dir,
		"chmod 1777 " + dir,
	} {
		if out, err := exec.Command("sh", "-c", line).CombinedOutput(); err != nil {
			t.Skipf("%s: %s", line, out)
		}
	}
	defer unix.Unmount(dir, unix.MNT_DETACH)
	root := Inspect("GOCACHE", dir).Bytes
	var user uint64
	linuxtest.As(t, linuxtest.User, func() { user = Inspect("GOCACHE", dir).Bytes })
	if user < 1<<20 || root < user+4<<20 {
		t.Errorf("room for root: %d, for a user: %d", root, user)
	}
}

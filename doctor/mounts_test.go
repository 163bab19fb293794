package doctor

import (
	"strings"
	"testing"
)

// Lines of real systems: github.com/lamyj/wsl-path-converter/pull/4 (WSL 1 and 2), github.com/microsoft/WSL/issues/5122 (as mount(8) shows it) and 3393.
const realMounts = `/dev/sdb / ext4 rw,relatime 0 0
C:\134 /mnt/c 9p rw,dirsync,noatime,aname=drvfs;path=C:\;uid=1000;gid=1000;symlinkroot=/mnt/,mmap,access=client,msize=65536,trans=fd,rfd=8,wfd=8 0 0
D: /mnt/d drvfs rw,noatime,uid=1000,gid=1000,case=off 0 0
E:\134 /mnt/e 9p rw,noatime,dirsync,aname=drvfs;path=E:\;uid=1000;gid=1000;metadata;uid=1000;gid=1000;fmask=0027;dmask=0027;symlinkroot=/mnt/,mmap,access=client,msize=65536,trans=fd,rfd=8,wfd=8 0 0
F: /mnt/f drvfs rw,relatime,metadata 0 0
tmpfs /mnt/c/over\040it tmpfs rw 0 0
`

func TestMountOf(t *testing.T) {
	for path, want := range map[string]struct {
		point         string
		windows, mode bool
	}{
		"/home/u":           {"/", false, false},
		"/mnt":              {"/", false, false},
		"/mnt/c":            {"/mnt/c", true, false},
		"/mnt/c/Users":      {"/mnt/c", true, false},
		"/mnt/cd":           {"/", false, false},
		"/mnt/c/over it/x":  {"/mnt/c/over it", false, false},
		"/mnt/d/go/pkg/mod": {"/mnt/d", true, false},
		"/mnt/e/go/pkg/mod": {"/mnt/e", true, true},
		"/mnt/f":            {"/mnt/f", true, true},
	} {
		m := mountOf(realMounts, path)
		if m.point != want.point || m.windowsDrive() != want.windows || m.keepsModes() != want.mode {
			t.Errorf("%s: %+v, %t, %t", path, m, m.windowsDrive(), m.keepsModes())
		}
	}
}

func TestLocalLocks(t *testing.T) {
	for line, want := range map[string]bool{
		"srv:/ /n nfs4 rw,vers=4.2,local_lock=none,addr=1 0 0":        false,
		"srv:/x /n nfs rw,vers=3,nolock,local_lock=all,addr=1 0 0":    true,
		"srv:/x /n nfs rw,vers=3,local_lock=flock,mountproto=udp 0 0": true,
		"srv:/x /n nfs rw,vers=3,local_lock=posix,mountproto=udp 0 0": false,
		"/dev/x /n ext4 rw,nolock 0 0":                                false,
	} {
		if got := mountOf(line+"\n", "/n/cache").localLocks(); got != want {
			t.Errorf("%s: %t", line, got)
		}
	}
}

func FuzzMountOf(f *testing.F) {
	f.Add(realMounts, "/mnt/c/x")
	f.Add(" \n \\ / x", "/")
	f.Fuzz(func(t *testing.T, text, path string) {
		m := mountOf(text, path)
		if m.point != "" && m.point != "/" && !strings.HasPrefix(path, m.point) {
			t.Errorf("%q is not on %q", path, m.point)
		}
	})
}

func TestTypeOf(t *testing.T) {
	for label, want := range map[string]string{
		"system_u:system_r:container_t:s0:c55,c893": "container_t",
		"unconfined_u:object_r:user_home_t:s0":      "user_home_t",
		"kernel":                                    "kernel",
		"":                                          "",
	} {
		if got := typeOf(label); got != want {
			t.Errorf("%q: %q", label, got)
		}
	}
}

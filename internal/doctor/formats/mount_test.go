package formats

import (
	"strings"
	"testing"

	"github.com/go-safe/go-safe/internal/fsinfo"
)

// Mounts of real systems: github.com/lamyj/wsl-path-converter/pull/4 (WSL 1 and 2),
// github.com/microsoft/WSL/issues/5122 and 3393; nfs(5).
func TestMount(t *testing.T) {
	for _, tt := range []struct {
		kind, options         string
		windows, modes, local bool
	}{
		{"ext4", "rw,relatime", false, false, false},
		{
			"9p", `rw,dirsync,noatime,aname=drvfs;path=C:\;uid=1000;gid=1000;symlinkroot=/mnt/,mmap,access=client`,
			true, false, false,
		},
		{"drvfs", "rw,noatime,uid=1000,gid=1000,case=off", true, false, false},
		{"9p", `rw,aname=drvfs;path=E:\;uid=1000;metadata;fmask=0027;symlinkroot=/mnt/,mmap`, true, true, false},
		{"drvfs", "rw,relatime,metadata", true, true, false},
		{"virtiofs", "rw,aname=drvfsa", true, false, false},
		{"9p", "rw,aname=/share", false, false, false},
		{"nfs4", "rw,vers=4.2,local_lock=none,addr=1", false, false, false},
		{"nfs", "rw,vers=3,nolock,local_lock=all,addr=1", false, false, true},
		{"nfs", "rw,vers=3,local_lock=flock,mountproto=udp", false, false, true},
		{"nfs", "rw,vers=3,local_lock=posix,mountproto=udp", false, false, false},
		{"ext4", "rw,nolock", false, false, false},
	} {
		m := fsinfo.Mount{Type: tt.kind, Options: strings.Split(tt.options, ",")}
		modes := WindowsDrive(m) && KeepsModes(m)
		if WindowsDrive(m) != tt.windows || modes != tt.modes || LocalLocks(m) != tt.local {
			t.Errorf("%s %s: %t, %t, %t", tt.kind, tt.options, WindowsDrive(m), modes, LocalLocks(m))
		}
	}
}

func FuzzMount(f *testing.F) {
	f.Add("9p", `rw,aname=drvfs;path=E:\;metadata`)
	f.Add("nfs", "nolock,local_lock=")
	f.Fuzz(func(t *testing.T, kind, options string) {
		m := fsinfo.Mount{Type: kind, Options: strings.Split(options, ",")}
		if WindowsDrive(m) && LocalLocks(m) {
			t.Errorf("%s %s is both a drive of Windows and NFS", kind, options)
		}
		KeepsModes(m)
	})
}

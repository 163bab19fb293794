package fsinfo

import (
	"reflect"
	"testing"
)

func TestMounts(t *testing.T) {
	mounts := parseMounts(`21 1 254:0 / / rw,relatime shared:1 - ext4 /dev/root rw,discard
22 21 0:5 / /proc rw,nosuid - proc proc rw
30 21 0:40 / /srv/my\040disk rw,noexec - tmpfs tmpfs rw,size=4k
31 21 0:41 /x /srv/my\040disk rw master:3 - nfs4 server:/x rw,vers=4.2,local_lock=none
half a line
`)
	if len(mounts) != 4 {
		t.Fatalf("%d mounts: %v", len(mounts), mounts)
	}
	want := Mount{"/", "ext4", []string{"rw", "relatime", "discard"}}
	if !reflect.DeepEqual(mounts[0], want) {
		t.Errorf("got %v, want %v", mounts[0], want)
	}
	for _, tt := range []struct{ path, kind string }{
		{"/", "ext4"}, {"/srv", "ext4"}, {"/srv/my disk", "nfs4"}, {"/srv/my disk/a", "nfs4"},
		{"/srv/my disk2", "ext4"}, {"/proc/1", "proc"},
	} {
		if on := MountOf(mounts, tt.path); on.Type != tt.kind {
			t.Errorf("%s is on %s, want %s", tt.path, on.Type, tt.kind)
		}
	}
}

// No text makes parseMounts panic.
func FuzzMounts(f *testing.F) {
	f.Add(`36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue`)
	f.Add("1 2 3 4 5 6 -")
	f.Fuzz(func(t *testing.T, text string) {
		MountOf(parseMounts(text), "/a")
	})
}

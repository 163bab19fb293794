package fsinfo

import "testing"

// This system has a root directory, with a file system that has a type.
func TestMountsHere(t *testing.T) {
	on := MountOf(Mounts(), "/proc/self")
	if on.Point != "/proc" || on.Type != "proc" || len(on.Options) == 0 {
		t.Errorf("/proc/self is on %+v", on)
	}
	if root := MountOf(Mounts(), "/"); root.Point != "/" || root.Type == "" {
		t.Errorf("/ is on %+v", root)
	}
	if id := MountID("/"); id != 0 && id == MountID("/proc") {
		t.Error("/ and /proc are one mount")
	}
}

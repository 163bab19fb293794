package envfix

import (
	"io/fs"
	"strings"
	"testing"
)

// The reasons for refusing a directory, from given facts. The scripts env_* test them on real file systems.
func TestUnusable(t *testing.T) {
	roomy := volume{bytes: 1 << 40, files: 1 << 20}
	need := needs{exec: true, bytes: 1 << 20, files: 16}
	for _, tt := range []struct {
		name string
		f    facts
		want string // "" for usable
	}{
		{"there", facts{path: "/a", deepest: "/a", dir: true, writable: true, volume: roomy}, ""},
		{"to be made", facts{path: "/a/b/c", deepest: "/a", dir: true, writable: true, volume: roomy}, ""},
		{"not writable", facts{path: "/a", deepest: "/a", dir: true, volume: roomy}, "is not writable by"},
		{"not to be made", facts{path: "/a/b", deepest: "/a", dir: true, volume: roomy},
			"cannot be made: /a is not writable by"},
		{"a file", facts{path: "/a", deepest: "/a", volume: roomy}, "is not a directory"},
		{"below a file", facts{path: "/a/b", deepest: "/a", volume: roomy}, "cannot be made: /a is not a directory"},
		{"behind a closed folder", facts{path: "/a", deepest: "/a", err: fs.ErrPermission},
			"cannot be reached: permission denied"},
		{"read-only", facts{path: "/a", deepest: "/a", dir: true, volume: volume{readonly: true}},
			"is on a read-only file system"},
		{"noexec", facts{path: "/a", deepest: "/a", dir: true, writable: true,
			volume: volume{noexec: true, bytes: 1 << 40, files: 1 << 20}}, "is on a file system mounted noexec"},
		{"full", facts{path: "/a", deepest: "/a", dir: true, writable: true,
			volume: volume{bytes: 4096, files: 1 << 20}}, "has 4 KiB left"},
		{"no inodes", facts{path: "/a", deepest: "/a", dir: true, writable: true,
			volume: volume{bytes: 1 << 40, files: 3}}, "has 3 inodes left"},
	} {
		got := tt.f.unusable(need)
		if (got == "") != (tt.want == "") || !strings.HasPrefix(got, tt.want) {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

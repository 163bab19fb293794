package doctor

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-safe/go-safe/envfix"
	"github.com/go-safe/go-safe/internal/linuxtest"
	"golang.org/x/sys/unix"
)

// A directory on a file system without room, without executable files, or that is read-only.
func TestMountedDirectories(t *testing.T) {
	for _, tt := range []struct {
		name    string
		flags   uintptr
		options string
		check   string
		found   string
		now     string
		advice  string
	}{
		{"noexec", unix.MS_NOEXEC, "", "cache-noexec", "mounted noexec", "go-safe uses ", "unset GOCACHE"},
		{"noexec", unix.MS_NOEXEC, "", "tmp-noexec", "mounted noexec", "go-safe uses ", "unset GOTMPDIR"},
		{"small", 0, "size=8k", "cache-room", "KiB left", "go-safe uses ", "unset GOCACHE"},
		{"small", 0, "size=8k", "tmp-room", "KiB left", "go-safe uses ", "unset GOTMPDIR"},
		{"small", 0, "size=8k", "modcache-room", "KiB left", "go-safe adds modules to ", "export GOMODCACHE="},
		{"read-only", unix.MS_RDONLY, "", "cache-writable", "read-only", "go-safe uses ", "unset GOCACHE"},
		{"read-only", unix.MS_RDONLY, "", "gopath-writable", "read-only", "go-safe adds modules to ", "unset GOPATH"},
		{"fine", 0, "", "cache-noexec", "", "", ""},
		{"fine", 0, "", "cache-locks", "", "", ""},
	} {
		t.Run(tt.name+"_"+tt.check, func(t *testing.T) {
			linuxtest.OwnMounts(t)
			p := newPlace(t)
			dir := p.mkdir("mounted", 0o755)
			if err := unix.Mount("tmpfs", dir, "tmpfs", tt.flags, tt.options); err != nil {
				t.Skip(err)
			}
			defer unix.Unmount(dir, unix.MNT_DETACH)
			m := p.machine(p.environ("GOCACHE="+dir, "GOTMPDIR="+dir, "GOMODCACHE="+dir, "GOPATH="+dir))
			f := p.check(m, tt.check)
			if tt.found == "" {
				if f.Status != OK {
					t.Errorf("%+v", f)
				}
				return
			}
			if f.Status != Warning || !strings.Contains(f.Found, tt.found) || !strings.HasPrefix(f.Now, tt.now) ||
				!strings.Contains(f.Advice, tt.advice) {
				t.Errorf("%+v", f)
			}
		})
	}
}

// In the user's home sudo go left directories of root.
func TestRootsInHome(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root to make the condition")
	}
	p := newPlace(t)
	p.mkdir("home/.cache", 0o755)
	p.mkdir("home/.config/go", 0o755)
	p.mkdir("home/go", 0o755)
	asTestUser(p, "home/.cache", "home/go", "home/.config/go")
	m := p.machine(p.environ())
	dirs := m.rootsInHome()
	if got := m.shortPaths(dirs); got != "~/.cache ~/.config/go ~/go" {
		t.Error(got)
	}
	if got := uselessOfRoot(p.home, filepath.Join(p.home, ".config/go/env")); got != filepath.Join(p.home, ".config/go") {
		t.Error(got)
	}
	details := m.chownByRoot("GOPATH", envfix.Inspect("GOPATH", filepath.Join(p.home, "go")))
	if len(details) != 1 || !strings.Contains(details[0], "chown -hR 4321:") {
		t.Errorf("%q", details)
	}
}

func TestForeignEntries(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root to make the condition")
	}
	p := newPlace(t)
	p.mkdir("c/00", 0o755)
	p.mkdir("c/01.foreign", 0o755)
	p.mkdir("c/ff", 0o755)
	p.write("home/go/pkg/mod/cache/download/a.example/@v/list", "")
	m := p.machine(p.environ("GOCACHE=" + p.dir + "/c"))
	asTestUser(p, "c/ff", "c/01.foreign", "home/go/pkg/mod/cache/download/a.example")
	if f := p.check(m, "cache-foreign"); f.Status != Broken || !f.Fix || !strings.Contains(f.Advice, " safe fix ") {
		t.Errorf("%+v", f)
	}
	if f := p.check(m, "cache-left"); f.Status != Warning || !strings.HasSuffix(f.Advice, "/c/??.foreign*") {
		t.Errorf("%+v", f)
	}
	if f := p.check(m, "modcache-foreign"); f.Status != Warning || f.Fix || !strings.Contains(f.Advice, "safe fix ") {
		t.Errorf("%+v", f)
	}
	if f := p.check(m, "cache-way"); f.Status != OK {
		t.Errorf("%+v", f)
	}
}

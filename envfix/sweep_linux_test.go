package envfix

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-safe/go-safe/internal/linuxtest"
)

// oldWork makes a folder in a temp folder, and all above it there, in which nothing changed for a week. It returns the
// topmost one.
func (p place) oldWork(name string) (top string) {
	p.Helper()
	p.mkdir(name, 0o755)
	week := time.Now().Add(-7 * 24 * time.Hour)
	for dir := p.path(name); dir != p.path("tmp"); dir = filepath.Dir(dir) {
		linuxtest.Must(p.T, os.Chtimes(dir, week, week))
		top = dir
	}
	return top
}

// abandoned returns the names of abandoned work folders in a directory of the place.
func (p place) abandoned(dir string) string {
	var names []string
	for _, path := range Abandoned(p.path(dir), time.Now().Add(time.Minute)) {
		names = append(names, filepath.Base(path))
	}
	slices.Sort(names)
	return strings.Join(names, " ")
}

// A work folder is abandoned if it looks like one of the go command, is ours, and nothing in it is new or in use.
func TestAbandoned(t *testing.T) {
	p := newPlace(t)
	for _, name := range []string{
		"go-build1", "go-build2/b001/exe", "go-builder", "go-build", "go-build3x", "go-build4/src", "x",
	} {
		p.oldWork("tmp/" + name)
	}
	p.oldWork("tmp/go-build5/b001")
	p.write("tmp/go-build5/b001/new", "")
	p.mkdir("tmp/go-build6/b001", 0o755)
	p.write("tmp/go-build7", "")
	linuxtest.Must(t, os.Symlink("go-build1", p.path("tmp/go-build8")))
	if got, want := p.abandoned("tmp"), "go-build1 go-build2"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if got := Abandoned(p.path("tmp"), time.Now().Add(-time.Minute)); len(got) != 1 {
		t.Errorf("without time: %q", got)
	}
	for dir, why := range map[string]string{"tmp/x": "empty", "none": "missing", "tmp/go-build7": "a file"} {
		if got := p.abandoned(dir); got != "" {
			t.Errorf("%s: %s", why, got)
		}
	}
	linuxtest.Must(t, os.Chmod(p.path("tmp"), 0o777))
	if got := p.abandoned("tmp"); got != "" {
		t.Errorf("where others can rename: %s", got)
	}
}

// A program that works in a folder, or runs from it, may have been up for weeks.
func TestAbandonedInUse(t *testing.T) {
	p := newPlace(t)
	p.oldWork("tmp/go-build1/b001")
	exe := p.path("tmp/go-build2/b001/cat")
	cat, err := exec.LookPath("cat")
	linuxtest.Must(t, err)
	data, err := os.ReadFile(cat)
	linuxtest.Must(t, err)
	p.write("tmp/go-build2/b001/cat", string(data))
	linuxtest.Must(t, os.Chmod(exe, 0o755))
	p.oldWork("tmp/go-build2/b001")
	week := time.Now().Add(-7 * 24 * time.Hour)
	linuxtest.Must(t, os.Chtimes(exe, week, week))
	if got, want := p.abandoned("tmp"), "go-build1 go-build2"; got != want {
		t.Fatalf("%s, want %s", got, want)
	}
	works, runs := exec.Command(cat), exec.Command(exe)
	works.Dir = p.path("tmp/go-build1/b001")
	for _, cmd := range []*exec.Cmd{works, runs} {
		stdin, err := cmd.StdinPipe()
		linuxtest.Must(t, err)
		linuxtest.Must(t, cmd.Start())
		defer cmd.Wait()
		defer stdin.Close()
	}
	if got := p.abandoned("tmp"); got != "" {
		t.Errorf("in use: %s", got)
	}
}

// Folders of other users, and folders in a directory of another user, are left alone.
func TestAbandonedOfOthers(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root")
	}
	p := newPlace(t)
	linuxtest.Must(t, os.Chown(p.oldWork("tmp/go-build1"), linuxtest.Attacker, 0))
	p.oldWork("tmp/go-build2")
	if got, want := p.abandoned("tmp"), "go-build2"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	linuxtest.Must(t, os.Chown(p.path("tmp"), linuxtest.Attacker, 0))
	if got := p.abandoned("tmp"); got != "" {
		t.Errorf("in a folder of another user: %s", got)
	}
}

// The go command trims a cache whose time stamp is a day old.
func TestTrimIsDue(t *testing.T) {
	p := newPlace(t)
	cache := p.path("home")
	if !trimIsDue(cache) {
		t.Error("not without a time stamp")
	}
	p.write("home/trim.txt", "")
	if trimIsDue(cache) {
		t.Error("due with a new time stamp")
	}
	week := time.Now().Add(-7 * 24 * time.Hour)
	linuxtest.Must(t, os.Chtimes(p.path("home/trim.txt"), week, week))
	linuxtest.Must(t, os.Chmod(p.path("home/trim.txt"), 0o444))
	linuxtest.Give(t, p.dir)
	linuxtest.As(t, linuxtest.User, func() {
		if trimIsDue(cache) {
			t.Error("due where the go command cannot write the time")
		}
	})
	linuxtest.Must(t, os.Chmod(p.path("home/trim.txt"), 0o644))
	if !trimIsDue(cache) {
		t.Error("not with an old time stamp")
	}
}

package main

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestFull shows that a full disk ends a pull with one warning, and that what is in GOCACHE is whole.
func TestFull(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("needs root to mount a small file system")
	}
	s, dir := startNginx(t, ""), newProject(t)
	pusher := newMachine(t, dir, s.url)
	pusher.must(t, "pull")
	pusher.buildLarge(t, 3, 1<<20)
	pusher.must(t, "push")
	m := newMachine(t, dir, s.url)
	m.gocache = t.TempDir()
	if err := syscall.Mount("tmpfs", m.gocache, "tmpfs", 0, "size=2560k"); err != nil {
		t.Skip("cannot mount: ", err)
	}
	t.Cleanup(func() { syscall.Unmount(m.gocache, syscall.MNT_DETACH) })
	status, out := m.run(t, "pull", "-auto")
	if status != 0 || strings.Count(out, "\n") != 1 || !strings.Contains(out, "no space left") {
		t.Errorf("status %d\n%s", status, out)
	}
	m.has(t)
	m.fails(t, "pull", "no space left")
}

// TestUnwritable shows the same for a GOCACHE that cannot be written to.
func TestUnwritable(t *testing.T) {
	s, pusher := pair(t)
	m := newMachine(t, pusher.dir, s.url)
	m.gocache = "/proc/self/gocache"
	status, out := m.run(t, "pull", "-auto")
	if status != 0 || strings.Count(out, "\n") != 1 || !strings.Contains(out, "/proc/self/gocache") {
		t.Errorf("status %d\n%s", status, out)
	}
}

// TestNoNote shows that a pull works where the notes about it cannot be written: another user made their directory.
func TestNoNote(t *testing.T) {
	s, pusher := pair(t)
	m := newMachine(t, pusher.dir, s.url)
	write(t, filepath.Join(m.gocache, "go-safe-cache"), "a file where the directory should be")
	m.must(t, "pull -mark x", "4 of 4")
	m.must(t, "pull -auto -mark x")
	m.build(t, "c")
	m.must(t, "push", "2 new entries")
}

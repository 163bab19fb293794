package main

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// Whoever owns a GOCACHE cannot lead what is written to the notes elsewhere: another user, or root, works in it too.
func TestNotesLinks(t *testing.T) {
	const mark, text = "mark", "precious"
	for _, link := range []string{notesDir, notesDir + "/" + mark, notesDir + "/" + pulledNote} {
		gocache, victim := t.TempDir(), t.TempDir()
		file := filepath.Join(victim, mark)
		if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(file, time.Time{}, time.Now().Add(-2*trimmed)); err != nil {
			t.Fatal(err)
		}
		target := file
		if link == notesDir {
			target = victim
		} else if err := os.Mkdir(filepath.Join(gocache, notesDir), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(target, filepath.Join(gocache, link)); err != nil {
			t.Fatal(err)
		}
		for _, verb := range []string{"pull", "push"} {
			c := &command{verb: verb, mark: mark, gocache: gocache, auto: true, stderr: os.Stderr}
			c.noteFailure("failed")
			c.noteSuccess()
			c.tellPush()
		}
		notePulled(&project{gocache: gocache}, time.Now())
		if b, err := os.ReadFile(file); err != nil || string(b) != text {
			t.Errorf("%s: %q, %v", link, b, err)
		}
		if entries, err := os.ReadDir(victim); err != nil || len(entries) != 1 {
			t.Errorf("%s: %v, %v", link, entries, err)
		}
	}
}

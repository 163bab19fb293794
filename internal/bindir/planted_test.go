//go:build unix

package bindir

import (
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
)

// A user who may write to the target directory knows the temporary name of a file, and makes a link of that name to
// another user's file. That file is not written to.
func TestPlanted(t *testing.T) {
	target, tmp := t.TempDir(), t.TempDir()
	victim, name := filepath.Join(target, "victim"), filepath.Join(target, "name")
	for _, plant := range []struct {
		how string
		at  func(path string) error
	}{
		{"a hard link", func(path string) error { return os.Link(victim, path) }},
		{"a link", func(path string) error { return os.Symlink("victim", path) }},
	} {
		write(t, victim, "victim")
		write(t, name, program("old"))
		s, err := New(target, tmp)
		if err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(s.Dir, "name"), program("new"))
		digits := strings.TrimPrefix(filepath.Base(s.Dir), stagePrefix)
		temp := filepath.Join(target, ".name"+tempMark+digits)
		if err := plant.at(temp); err != nil {
			t.Fatal(err)
		}
		if errs := s.Place([]string{"name"}); len(errs) > 0 {
			t.Errorf("%s: %v", plant.how, errs)
		}
		s.Remove()
		for file, want := range map[string]string{victim: "victim", name: program("new")} {
			if data, err := os.ReadFile(file); err != nil || string(data) != want {
				t.Errorf("%s: %s has %q, %v", plant.how, filepath.Base(file), data[:min(20, len(data))], err)
			}
		}
		os.Remove(temp)
	}
}

// The same user takes the temporary name, so that the binary cannot be replaced in one step. After the old one is
// removed, he puts a link to another user's file in its place. That file is not written to.
func TestPlantedAfterRemoval(t *testing.T) {
	dir, tmp := t.TempDir(), t.TempDir()
	victim, name := filepath.Join(dir, "victim"), filepath.Join(dir, "name")
	for _, tt := range []struct {
		how   string
		naive bool
		place func(*Stage)
	}{
		{"removed and written anew", true, func(*Stage) {
			os.Remove(name)
			os.WriteFile(name, []byte(program("new")), 0o777)
		}},
		{"placed", false, func(s *Stage) { s.Place([]string{"name"}) }},
	} {
		write(t, victim, "victim")
		var end atomic.Bool
		ended := make(chan bool)
		go func() {
			defer close(ended)
			for !end.Load() {
				os.Link(victim, name)
			}
		}()
		hits, planted := 0, 0
		for range 25 {
			s, err := New(dir, tmp)
			if err != nil {
				t.Fatal(err)
			}
			write(t, filepath.Join(s.Dir, "name"), program("new"))
			temp := filepath.Join(dir, ".name"+tempMark+strings.TrimPrefix(filepath.Base(s.Dir), stagePrefix))
			write(t, temp, "planted")
			write(t, filepath.Join(dir, "old"), program("old"))
			if err := os.Rename(filepath.Join(dir, "old"), name); err != nil {
				t.Fatal(err)
			}
			tt.place(s)
			s.Remove()
			if fi, err := os.Stat(name); err == nil {
				if v, err := os.Stat(victim); err == nil && os.SameFile(fi, v) {
					planted++
				}
			}
			if data, err := os.ReadFile(victim); err != nil || string(data) != "victim" {
				hits++
				write(t, victim, "victim")
			}
		}
		end.Store(true)
		<-ended
		os.Remove(name)
		t.Logf("%s: the file was written to in %d of 25 rounds; the link was in place in %d", tt.how, hits, planted)
		if hits > 0 != tt.naive || planted == 0 {
			t.Errorf("%s: %d hits", tt.how, hits)
		}
	}
}

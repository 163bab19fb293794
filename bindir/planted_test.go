//go:build unix

package bindir

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A user who may write to the target directory sees under which name a file is written there first, and puts a link to
// another user's file under that name. That file is not written to.
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

//go:build unix

package testscripts

import (
	"errors"
	"go/build"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// A package imports only packages below it in the list of docs/architecture.md, on every system. The list names every
// package of go-safe.
func TestImportsGoDown(t *testing.T) {
	const module = "github.com/go-safe/go-safe/"
	floors := floors(t)
	named := make(map[string]bool)
	for _, system := range []string{"linux", "darwin", "freebsd", "windows"} {
		context := build.Default
		context.GOOS, context.CgoEnabled = system, false
		for _, dir := range packageDirs(t) {
			pkg, err := context.ImportDir(filepath.Join("..", dir), 0)
			if noGo := (*build.NoGoError)(nil); errors.As(err, &noGo) {
				continue // none of its files are for this system
			}
			if err != nil {
				t.Fatal(err)
			}
			named[dir] = true
			at := slices.Index(floors, dir)
			if at < 0 {
				t.Errorf("%s is not in the list", dir)
				continue
			}
			for _, path := range pkg.Imports {
				if below, ours := strings.CutPrefix(path, module); ours && slices.Index(floors, below) < at {
					t.Errorf("GOOS=%s: %s imports %s, which is not below it", system, dir, below)
				}
			}
		}
	}
	for _, dir := range floors {
		if !named[dir] {
			t.Errorf("the list has %s, which is no package", dir)
		}
	}
}

// floors returns the packages in the list, from the top to the ground.
func floors(t *testing.T) (dirs []string) {
	t.Helper()
	text, err := os.ReadFile("../docs/architecture.md")
	if err != nil {
		t.Fatal(err)
	}
	_, list, _ := strings.Cut(string(text), "\n## The floors\n")
	list, _, _ = strings.Cut(list, "\n## ")
	line := regexp.MustCompile(`(?m)^    [a-z ]{14}((?:cmd|internal)/[a-z/-]+|envfix|shim|lock) `)
	for _, m := range line.FindAllStringSubmatch(list, -1) {
		dirs = append(dirs, m[1])
	}
	return dirs
}

// isModule reports whether a directory is the root of a module of its own, which imports what it likes.
func isModule(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, "go.mod"))
	return err == nil
}

// packageDirs returns the directories of packages, except those for tests of the whole program.
func packageDirs(t *testing.T) (dirs []string) {
	t.Helper()
	err := fs.WalkDir(os.DirFS(".."), ".", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != "." && isModule(filepath.Join("..", path)),
			d.IsDir() && (path == "testscripts" || path == "vendor" || d.Name() == "testdata"),
			d.IsDir() && path != "." && strings.HasPrefix(d.Name(), "."):
			return fs.SkipDir
		case filepath.Ext(path) == ".go" && !slices.Contains(dirs, filepath.Dir(path)):
			dirs = append(dirs, filepath.Dir(path))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return dirs
}

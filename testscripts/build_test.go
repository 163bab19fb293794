//go:build unix

package testscripts

import (
	"context"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"golang.org/x/sys/unix"
)

// newRoot makes the directory in which everything happens. Scripts also act as other users, so t.TempDir (its parent
// has mode 0700) or a private GOTMPDIR is used only if there is no better place.
func newRoot(t *testing.T) string {
	dirs := []string{os.TempDir(), "/var/tmp", os.Getenv("GOTMPDIR")}
	i := slices.IndexFunc(dirs, func(dir string) bool { return canExecuteIn(dir) && othersMayEnter(dir) })
	if i < 0 {
		i = slices.IndexFunc(dirs, canExecuteIn)
	}
	if i < 0 {
		t.Fatalf("no directory for programs among %q", dirs)
	}
	root, err := os.MkdirTemp(dirs[i], "scripts-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if !keepWork() {
			removeTree(root)
		}
	})
	// Scripts compare paths with those that programs print. Programs print resolved paths.
	root, err = filepath.EvalSymlinks(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{root, filepath.Join(root, "work")} {
		if err := makeDir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// canExecuteIn reports whether files in dir can be executed: access(2) knows about noexec.
func canExecuteIn(dir string) bool {
	f, err := os.CreateTemp(dir, "scripts-")
	if err != nil {
		return false
	}
	defer os.Remove(f.Name())
	defer f.Close()
	return f.Chmod(0o755) == nil && unix.Access(f.Name(), unix.X_OK) == nil
}

func othersMayEnter(dir string) bool {
	dir, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return false
	}
	for ; ; dir = filepath.Dir(dir) {
		info, err := os.Stat(dir)
		if err != nil || info.Mode()&1 == 0 {
			return false
		}
		if dir == filepath.Dir(dir) {
			return true
		}
	}
}

// buildPrograms makes shim/go and real/go. Scripts put them on PATH and never copy them: an executable that a forked
// child still has open for writing is "text file busy" (golang.org/issue/22315).
func (s *suite) buildPrograms(t *testing.T) {
	src := filepath.Join(s.root, "src")
	if err := copySource("..", src); err != nil {
		t.Fatal(err)
	}
	// With vendored dependencies a user whose module cache is empty can build go-safe without a network.
	for _, args := range [][]string{
		{"mod", "vendor"},
		{"build", "-o", filepath.Join(s.root, "shim", "go"), "./cmd/go-safe"},
		{"build", "-o", filepath.Join(s.root, "real", "go"), "./testscripts/fakego"},
	} {
		cmd := exec.Command("go", args...)
		cmd.Dir = src
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOWORK=off")
		mustRun(t, cmd)
	}
	for _, dir := range []string{"shim", "real", "src"} {
		if err := shareTree(filepath.Join(s.root, dir)); err != nil {
			t.Fatal(err)
		}
	}
}

// copySource copies the repository without hidden files. Other users may be unable to reach the original, and git
// would refuse to work for them there.
func copySource(from, to string) error {
	return filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		target := filepath.Join(to, strings.TrimPrefix(path, from))
		hidden := path != from && strings.HasPrefix(d.Name(), ".")
		switch {
		case hidden && d.IsDir():
			return filepath.SkipDir
		case d.IsDir():
			return os.Mkdir(target, 0o755)
		case hidden || !d.Type().IsRegular():
			return nil
		}
		return copyFile(path, target)
	})
}

func copyFile(from, to string) error {
	info, err := os.Stat(from)
	if err != nil {
		return err
	}
	data, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, data, info.Mode().Perm())
}

const helloModule = `
-- go.mod --
module hello

go 1.21
-- hello.go --
package main

import "fmt"

func main() { fmt.Println("hello") }
-- hello_test.go --
package main

import "testing"

func TestHello(t *testing.T) { t.TempDir() }
`

// buildWarmCache builds what scripts need, with the settings that scripts have. It copies the entries that these
// builds used in the caller's build cache. From the second time on the builds find all entries there.
func (s *suite) buildWarmCache() (string, error) {
	warm, hello := filepath.Join(s.root, "warm"), filepath.Join(s.root, "hello")
	if err := os.Mkdir(hello, 0o755); err != nil {
		return "", err
	}
	if err := txtar.Write(txtar.Parse([]byte(helloModule)), hello); err != nil {
		return "", err
	}
	if err := makeBuckets(warm); err != nil {
		return "", err
	}
	for _, c := range []struct {
		dir  string
		args []string
	}{
		{hello, []string{"test", "."}}, // builds and vets
		{filepath.Join(s.root, "src"), []string{"build", "-trimpath", "-o", os.DevNull, "./cmd/go-safe"}},
	} {
		if err := s.warm(warm, c.dir, c.args); err != nil {
			return "", err
		}
	}
	return warm, nil
}

// buildProbe makes the build cache that all scripts with go safe doctor --net share. With a cold cache each would
// take a minute.
func (s *suite) buildProbe() error {
	dir := filepath.Join(s.root, "probe")
	if err := makeBuckets(dir); err != nil {
		return err
	}
	return s.warm(dir, filepath.Join(s.root, "src", "internal", "doctor", "probe"),
		[]string{"build", "-o", os.DevNull, "main.go"}, "CGO_ENABLED=0")
}

// makeBuckets makes the folders that each build cache has after its first use.
func makeBuckets(cache string) error {
	for i := range 256 {
		if err := makeDir(filepath.Join(cache, fmt.Sprintf("%02x", i)), 0o755); err != nil {
			return err
		}
	}
	return nil
}

// warm runs a go command in dir, with additional variables, and copies the entries that it used in the caller's build
// cache to another cache.
func (s *suite) warm(cache, dir string, args []string, environ ...string) error {
	cmd := s.trueGoCommand(context.Background(), args...)
	cmd.Dir = dir
	cmd.Env = append(append(cmd.Env, environ...), "GOCACHE="+s.goCache, "GODEBUG=gocachehash=1")
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%v: %v\n%s", cmd, err, out)
	}
	return collect(s.goCache, cache, out)
}

// collect copies the cache entries whose ids are in the log of a go command.
func collect(from, to string, log []byte) error {
	ids := regexp.MustCompile(`\b[0-9a-f]{64}\b`).FindAllString(string(log), -1)
	slices.Sort(ids)
	for _, id := range slices.Compact(ids) {
		entry := filepath.Join(id[:2], id+"-a")
		text, err := os.ReadFile(filepath.Join(from, entry))
		if err != nil {
			continue // the id of something else
		}
		// An entry is "v1", its id, the id of the data, their size and the time.
		var data string
		if _, err := fmt.Sscanf(string(text), "v1 "+id+" %64s", &data); err != nil {
			return fmt.Errorf("%s: %v", entry, err)
		}
		for _, file := range []string{filepath.Join(data[:2], data+"-d"), entry} {
			if err := copyFile(filepath.Join(from, file), filepath.Join(to, file)); err != nil {
				return err
			}
		}
	}
	return nil
}

// removeTree removes dir, also if it is a module cache with read-only directories.
func removeTree(dir string) {
	filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() {
			os.Chmod(path, 0o700)
		}
		return nil
	})
	os.RemoveAll(dir)
}

// keepWork reports whether the flag -testwork, which is testscript's, is given.
func keepWork() bool {
	f := flag.Lookup("testwork")
	return f != nil && f.Value.String() == "true"
}

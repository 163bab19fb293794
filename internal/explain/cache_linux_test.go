package explain

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/go-safe/go-safe/internal/config"
	"github.com/go-safe/go-safe/internal/linuxtest"
)

// newProgram makes a place whose module imports much of the standard library.
func newProgram(t *testing.T) place {
	t.Helper()
	p := newPlace(t, linuxtest.Reachable(t))
	p.write(map[string]string{"m/m.go": "package m\n\nimport _ \"net/http\"\n"})
	return p
}

// buckets makes the folders of a build cache, and returns the names of those from low to high.
func (p place) buckets(low, high int) (names []string) {
	p.Helper()
	for i := range 256 {
		name := fmt.Sprintf("cache/%02x", i)
		p.do(os.MkdirAll(p.path(name), 0o755))
		if low <= i && i <= high {
			names = append(names, name)
		}
	}
	return names
}

// Some folders of a build cache are root's. The go command says that packages of the standard library are missing.
func TestCacheFoldersOfRoot(t *testing.T) {
	p := newProgram(t)
	linuxtest.Give(t, p.dir, p.buckets(0x30, 0xcf)...)
	p.explains(p.environ(), "the build cache has $W/cache/30, which is not writable by uid $UID; "+
		"run: go safe fix $W/cache", build...)
	p.explains(p.environ(), "", "list", "./none")
}

// Files in a build cache are root's and closed, in folders that are not. The go command names one, or says that
// packages are missing.
func TestCacheFilesOfRoot(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root")
	}
	p := newProgram(t)
	p.succeeds("list", "-deps", ".")
	linuxtest.Give(t, p.dir)
	files, err := filepath.Glob(p.path("cache/??/*"))
	p.do(err)
	for _, file := range files {
		p.do(os.Chown(file, 0, 0))
		p.do(os.Chmod(file, 0o600))
	}
	linuxtest.As(t, linuxtest.User, func() {
		e := p.explainer(config.Config{}, p.environ(), build...)
		want := regexp.MustCompile(`^\$W/cache/../\S+ belongs to root \(sudo go\?\), and cannot be read; ` +
			`run: go safe fix \$W/cache$`)
		if line := p.hint(e); !want.MatchString(line) {
			t.Errorf("%q, want %s", line, want)
		}
	})
	p.explains(p.environ(), "", "build", "./none")
}

// The cache was closed to its owner while the command ran. The remedy is the folder that the next command would get.
func TestCacheClosed(t *testing.T) {
	p := newProgram(t)
	p.do(os.Mkdir(p.path("cache/00"), 0o755))
	linuxtest.Give(t, p.dir)
	const other = "$W/home/.cache/go-safe/build"
	linuxtest.As(t, linuxtest.User, func() {
		e := p.explainer(config.Config{}, p.environ(), build...)
		p.do(os.Chmod(p.path("cache"), 0o555))
		defer os.Chmod(p.path("cache"), 0o755)
		want := fmt.Sprintf("the build cache $W/cache is not writable by uid %d; "+
			"run: mkdir -p -m 700 %s && export GOCACHE=%[2]s", os.Geteuid(), other)
		if line := p.hint(e); line != want {
			t.Errorf("%q, want %q", line, want)
		}
		p.do(os.MkdirAll(p.path("home/.cache/go-safe/build"), 0o700))
		want = want[:strings.Index(want, "run: ")] + "run: export GOCACHE=" + other
		if line := p.hint(e); line != want {
			t.Errorf("%q, want %q", line, want)
		}
	})
}

// A build cache filled up while the command ran. Where no other folder can be used, the cache has to be emptied.
func TestCacheFull(t *testing.T) {
	linuxtest.OwnMounts(t)
	p := newProgram(t)
	linuxtest.Mount(t, "tmpfs", p.path("cache"), "tmpfs", 0, "nr_inodes=290,mode=755")
	e := p.explainer(config.Config{}, p.environ(), build...)
	want := regexp.MustCompile(`^the build cache \$W/cache has \d+ inodes left \(go clean -cache makes room\); ` +
		`run: mkdir -p -m 700 \$W/home/\.cache/go-safe/build && export GOCACHE=\$W/home/\.cache/go-safe/build$`)
	if line := p.hint(e); !want.MatchString(line) {
		t.Errorf("%q, want %s", line, want)
	}
	for _, dir := range []string{p.path("home"), p.path("tmp"), "/var/tmp"} {
		linuxtest.Mount(t, "tmpfs", dir, "tmpfs", 0, "nr_inodes=2,mode=755")
	}
	want = regexp.MustCompile(`^the build cache \$W/cache has \d+ inodes left; run: go clean -cache$`)
	if line := p.hint(e); !want.MatchString(line) {
		t.Errorf("%q, want %s", line, want)
	}
}

// No folder can be written to, as in a container with a read-only root. A go run is told before it starts, because
// go-safe does not wait for it.
func TestNoCacheAnywhere(t *testing.T) {
	linuxtest.OwnMounts(t)
	p := newPlace(t, linuxtest.Reachable(t))
	linuxtest.Mount(t, "tmpfs", "/var/tmp", "tmpfs", 0, "mode=755")
	p.explains(p.environ(), "go has no folder that can be written to: $W/cache is not writable by uid $UID, "+
		"nor is there another in /var/tmp or $W/tmp; mount one, as docker run --tmpfs /tmp:exec does", build...)
	linuxtest.As(t, linuxtest.User, func() {
		for verb, want := range map[string]bool{"run": true, "version": false} {
			e := p.explainer(config.Config{}, p.environ(), verb)
			if line := e.HintBeforeExec(); strings.HasPrefix(line, "go has no folder that can be written to: ") != want {
				t.Errorf("of go %s: %q", verb, line)
			}
		}
	})
	if line := p.explainer(config.Config{}, p.environ(), "run").HintBeforeExec(); line != "" {
		t.Errorf("where root can write: %s", p.shown(line))
	}
}

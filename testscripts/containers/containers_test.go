//go:build linux

// Package containers runs the images of packaging/images by podman, in the situations in which plain go fails in
// containers, and shows what plain go does there. It needs root, podman, runc and debootstrap.
package containers

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

var (
	containers = flag.Bool("containers", false, "run containers, which takes minutes")
	storage    = flag.String("storage", "/var/tmp/go-safe-containers", "folder for images; it is kept")
)

// The two images of a situation, and those for one alone.
const (
	golangImage = "docker.io/library/golang:1.26"
	debianImage = "localhost/go-safe/debian"
	staticImage = "localhost/go-safe/static"
)

func needs(t *testing.T) {
	if !*containers {
		t.Skip("needs -containers")
	}
	for _, name := range []string{"podman", "runc", "debootstrap"} {
		if _, err := exec.LookPath(name); err != nil || os.Getuid() != 0 {
			t.Skipf("needs root and %s", name)
		}
	}
}

// TestContainers builds the images, and runs each situation with plain go and with go-safe.
func TestContainers(t *testing.T) {
	needs(t)
	e := newEngine(t)
	e.build(t, debianImage, "../../packaging/images/debian")
	e.build(t, staticImage, "../../packaging/images/static")
	warm := e.warmCache(t)
	var rows []string
	for _, s := range situations {
		t.Run(strings.ReplaceAll(s.name, " ", "_"), func(t *testing.T) {
			plain := e.try(t, s, golangImage, warm)
			safe := e.try(t, s, debianImage, warm)
			if why := s.plain.unmet(plain); why != "" {
				t.Errorf("plain go: %s: %v", why, plain)
			}
			if why := s.safe.unmet(safe); why != "" {
				t.Errorf("go-safe: %s: %v", why, safe)
			}
			rows = append(rows, fmt.Sprintf("| %s | %s | %s |", s.name, s.plain.cell(plain), s.safe.cell(safe)))
		})
	}
	t.Run("size", e.testSize)
	t.Run("layers", e.testLayers)
	t.Run("static", func(t *testing.T) { e.testStatic(t, warm) })
	t.Run("init", func(t *testing.T) { e.testInit(t, warm) })
	t.Run("caches", e.testCaches)
	t.Run("pods", e.testPods)
	inDocs(t, "| situation | plain go | go-safe |\n|---|---|---|\n"+strings.Join(rows, "\n")+"\n")
}

// inDocs checks that a table stands in the document about containers.
func inDocs(t *testing.T, table string) {
	t.Helper()
	text, err := os.ReadFile("../../docs/docker.md")
	mustDo(t, err)
	if !strings.Contains(string(text), table) {
		t.Errorf("docs/docker.md has not this table:\n%s", table)
	}
}

// try runs a situation in a fresh folder with a project of uid 1000.
func (e *engine) try(t *testing.T, s situation, image, warm string) result {
	dir, err := os.MkdirTemp("/var/tmp", "go-safe-situation-")
	mustDo(t, err)
	defer os.RemoveAll(dir)
	mustDo(t, os.Chmod(dir, 0o755))
	project := filepath.Join(dir, "project")
	mustDo(t, os.CopyFS(project, os.DirFS("testdata/project")))
	run(t, "chown", "-R", "1000:1000", project)
	b := &box{engine: e, t: t, image: image, dir: dir, warm: warm}
	if s.setup != nil {
		s.setup(b)
	}
	do := s.do
	if do == nil {
		do = func(b *box) result { return b.run(s.flags, s.args...) }
	}
	r := do(b)
	r.out = strings.ReplaceAll(r.out, dir, "DIR")
	if s.check != nil && r.status == 0 {
		if why := s.check(b); why != "" {
			r = result{status: wrongFiles, out: r.out + why}
		}
	}
	return r
}

// wrongFiles is the status of a run that ended well, but left files as they should not be.
const wrongFiles = 1000

// A box is what a situation happens in.
type box struct {
	*engine
	t     *testing.T
	image string
	dir   string // on the host
	warm  string // a build cache on the host that has the packages of the project
}

// flags returns the flags of podman: DIR and WARM in them are folders of the host.
func (b *box) flags(flags string) []string {
	flags = strings.NewReplacer("DIR", b.dir, "WARM", b.warm).Replace(flags)
	return append([]string{"-v", b.dir + "/project:/src", "-w", "/src"}, strings.Fields(flags)...)
}

func (b *box) run(flags string, args ...string) result {
	return b.engine.run(b.image, b.flags(flags), args...)
}

// warmCache makes a build cache for all users that has the packages of the project. A container that mounts it
// compiles nothing.
func (e *engine) warmCache(t *testing.T) string {
	dir, err := os.MkdirTemp("/var/tmp", "go-safe-warm-")
	mustDo(t, err)
	t.Cleanup(func() { os.RemoveAll(dir) })
	mustDo(t, os.Chmod(dir, 0o777))
	project, err := filepath.Abs("testdata/project")
	mustDo(t, err)
	flags := []string{"-v", dir + ":/warm", "-v", project + ":/src:ro", "-w", "/src", "-e", "GOCACHE=/warm"}
	r := e.run(golangImage, flags, "sh", "-c", "go build -o /dev/null ./... && go test ./... && go vet ./...")
	if r.status != 0 {
		t.Fatal(r)
	}
	run(t, "chmod", "-R", "a+rwX", dir)
	return dir
}

//go:build linux

package containers

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// A recipe is a way to have caches that last.
type recipe struct {
	name  string
	image string
	flags string // of podman run; UID is the user, VOLUME a named volume
	umask string
	once  func(e *engine, t *testing.T, volume string) // what root does once
}

// Plain go needs a volume that belongs to the one user, so its row is the best case.
var recipes = []recipe{
	{name: "plain go, one user, a volume of his", image: golangImage, umask: "022",
		flags: "-u 1234 -v VOLUME:/cache -e HOME=/cache",
		once: func(e *engine, t *testing.T, volume string) {
			e.must(t, "run", "--rm", "-v", volume+":/cache", golangImage, "chmod", "777", "/cache")
		}},
	{name: "go-safe, any user, a volume at /var/tmp", image: debianImage, umask: "022",
		flags: "-u UID -v VOLUME:/var/tmp -e HOME=/"},
	{name: "go-safe, any user, a volume at /var/tmp, umask 077", image: debianImage, umask: "077",
		flags: "-u UID -v VOLUME:/var/tmp -e HOME=/"},
}

// testCaches measures a build with caches on a volume: cold, warm in a second container, and three containers at once.
// With go-safe the three are three users.
func (e *engine) testCaches(t *testing.T) {
	const project = "package m\n\nimport (\n\t_ \"golang.org/x/mod/zip\"\n\t_ \"golang.org/x/sync/errgroup\"\n)\n"
	dir := t.TempDir()
	mustDo(t, os.Chmod(dir, 0o755))
	for name, text := range map[string]string{
		"m.go":   project,
		"go.mod": "module m\n\ngo 1.24\n\nrequire (\n\tgolang.org/x/mod v0.30.0\n\tgolang.org/x/sync v0.18.0\n)\n",
	} {
		mustDo(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
	}
	var table strings.Builder
	table.WriteString("| seconds | cold | warm (of plain's) | three at once, cold | three, warm |\n")
	table.WriteString("|---|---|---|---|---|\n")
	var plain time.Duration
	for _, r := range recipes {
		volume := "caches"
		e.podman("volume", "rm", "-f", volume).Run()
		build := func(users ...int) time.Duration {
			began := time.Now()
			var wg sync.WaitGroup
			for _, uid := range users {
				wg.Go(func() {
					flags := strings.NewReplacer("UID", fmt.Sprint(uid), "VOLUME", volume).Replace(r.flags)
					all := append(words(flags),
						"-v", dir+":/src:ro", "-w", "/src", "-e", "GOFLAGS=-mod=mod -modfile=/tmp/go.mod")
					script := "umask " + r.umask + " && cp go.mod /tmp/ && go build ./..."
					if got := e.run(r.image, all, "sh", "-c", script); got.status != 0 || strings.Contains(got.out, "go-safe:") {
						t.Errorf("%s, uid %d: %v", r.name, uid, got)
					}
				})
			}
			wg.Wait()
			return time.Since(began)
		}
		newVolume := func() {
			e.podman("volume", "rm", "-f", volume).Run()
			e.must(t, "volume", "create", volume)
			if r.once != nil {
				r.once(e, t, volume)
			}
		}
		newVolume()
		cold := build(1234)
		best := build(1234)
		for range 9 {
			best = min(best, build(1234))
		}
		if r.image == golangImage {
			plain = best
		}
		newVolume()
		cold3 := build(1234, 1235, 1236)
		warm3 := build(1234, 1235, 1236)
		fmt.Fprintf(&table, "| %s | %.1f | %.1f (%.2f) | %.1f | %.1f |\n", r.name,
			cold.Seconds(), best.Seconds(), best.Seconds()/plain.Seconds(), cold3.Seconds(), warm3.Seconds())
	}
	t.Logf("\n%s", table.String())
	e.testCacheMounts(t)
}

// testCacheMounts checks that the cache mount of a build lasts. For other users than root it is not run: the buildah of
// Debian 12 knows neither mode nor uid of a cache mount.
func (e *engine) testCacheMounts(t *testing.T) {
	id := fmt.Sprintf("id=cache-%d", time.Now().UnixNano())
	var compiled []int
	for i := range 2 {
		dir := t.TempDir()
		mustDo(t, os.WriteFile(filepath.Join(dir, "Dockerfile"), fmt.Appendf(nil, `FROM %s
USER 0
WORKDIR /tmp/m
RUN --mount=type=cache,%s,target=/root/.cache/go-build printf 'module m\n\ngo 1.21\n' >go.mod && \
    printf 'package m\nimport _ "strconv"\n' >m.go && go build -x . 2>&1 && : %d
`, debianImage, id, i), 0o644))
		out := e.must(t, "build", "--no-cache", "--isolation", "oci", "--network", "host", dir)
		compiled = append(compiled, strings.Count(out, "/compile -o"))
	}
	if compiled[0] == 0 || compiled[1] != 0 {
		t.Errorf("with a cache mount the two builds compiled %v packages", compiled)
	}
}

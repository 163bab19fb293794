//go:build linux

package containers

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// An engine is podman with a storage of its own, so that the stand-in of the golang image replaces no true one.
type engine struct {
	dir      string // the storage; it is kept, because the stand-in takes minutes
	settings string // containers.conf(5)
	base     string // the stand-in without the settings of this run
	net      *proxy
}

// settings are those of containers.conf. The network is the host's, because the stand-in's GOPROXY is a server of this
// process. The limits are low, because root may not be allowed to raise them.
const settings = `[containers]
default_ulimits = ["nofile=20000:20000", "nproc=1000:1000"]
netns = "host"
[engine]
runtime = "runc"
`

// limit is how long one call of podman may take.
const limit = 5 * time.Minute

func (e *engine) podman(args ...string) *exec.Cmd {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	cmd := exec.CommandContext(ctx, "podman", append([]string{
		"--root", filepath.Join(e.dir, "storage"), "--runroot", filepath.Join(e.dir, "run"),
	}, args...)...)
	cmd.Cancel = func() error { cancel(); return cmd.Process.Kill() }
	cmd.Env = append(os.Environ(), "CONTAINERS_CONF="+e.settings)
	cmd.Dir = e.dir // conmon makes a file there if the memory runs out
	return cmd
}

// must runs podman and returns what it prints.
func (e *engine) must(t testing.TB, args ...string) string {
	t.Helper()
	var diagnosis bytes.Buffer
	cmd := e.podman(args...)
	cmd.Stderr = &diagnosis
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("podman %s: %v\n%s%s", strings.Join(args, " "), err, out, diagnosis.Bytes())
	}
	return strings.TrimSpace(string(out))
}

// has reports whether an image exists.
func (e *engine) has(image string) bool { return e.podman("image", "exists", image).Run() == nil }

// build builds an image from a Dockerfile in a folder.
func (e *engine) build(t testing.TB, tag, dir string) {
	t.Helper()
	dir, err := filepath.Abs(dir)
	mustDo(t, err)
	e.must(t, "build", "-q", "--isolation", "oci", "--network", "host", "-t", tag, dir)
}

// buildText builds an image from the text of a Dockerfile.
func (e *engine) buildText(t testing.TB, tag, text string) {
	t.Helper()
	dir := t.TempDir()
	mustDo(t, os.WriteFile(filepath.Join(dir, "Dockerfile"), []byte(text), 0o644))
	e.build(t, tag, dir)
}

// A result is how a command ended.
type result struct {
	status int
	out    string // both streams
}

func (r result) String() string { return fmt.Sprintf("status %d\n%s", r.status, r.out) }

// run runs a container and removes it.
func (e *engine) run(image string, flags []string, args ...string) result {
	return resultOf(e.container(image, append([]string{"--rm"}, flags...), args...), nil)
}

// container is podman run.
func (e *engine) container(image string, flags []string, args ...string) *exec.Cmd {
	return e.podman(append(append(append([]string{"run"}, flags...), image), args...)...)
}

func resultOf(cmd *exec.Cmd, stdin io.Reader) result {
	cmd.Stdin = stdin
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return result{0, string(out)}
	case errors.As(err, &exit):
		return result{exit.ExitCode(), string(out)}
	}
	return result{-1, string(out) + err.Error()}
}

func mustDo(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

//go:build linux

package containers

import (
	"archive/tar"
	"context"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// newEngine makes a stand-in for the golang image: Debian by debootstrap, with the Go of this machine. The environment
// and the folders are those of the official image (github.com/docker-library/golang).
func newEngine(t *testing.T) *engine {
	e := &engine{dir: *storage, base: "localhost/base:" + runtime.Version(), net: newProxy(t)}
	mustDo(t, os.MkdirAll(e.dir, 0o700))
	e.settings = filepath.Join(t.TempDir(), "containers.conf")
	mustDo(t, os.WriteFile(e.settings, []byte(settings), 0o644))
	if !e.has(e.base) {
		e.importBase(t)
	}
	e.buildText(t, "docker.io/library/golang:1.26", fmt.Sprintf(`FROM %s
ENV GOPROXY=http://%s GOSUMDB=off
`, e.base, e.net.address))
	return e
}

// importBase imports a file system that begins with debootstrap and has the Go of this machine in /usr/local/go.
func (e *engine) importBase(t *testing.T) {
	root := filepath.Join(t.TempDir(), "root")
	packages := "ca-certificates,gcc,libc6-dev,make,git,tini,gosu,busybox-static,procps"
	run(t, "debootstrap", "--variant=minbase", "--include="+packages, "bookworm", root)
	mustDo(t, os.RemoveAll(filepath.Join(root, "var/cache/apt/archives")))
	run(t, "cp", "-a", goroot(t), filepath.Join(root, "usr/local/go"))
	for _, dir := range []string{"go", "go/src", "go/bin"} {
		run(t, "install", "-d", "-m", "1777", filepath.Join(root, dir))
	}
	archive := e.podman("import", "-q",
		"--change", "ENV PATH=/go/bin:/usr/local/go/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
		"--change", "ENV GOPATH=/go", "--change", "ENV GOTOOLCHAIN=local", "--change", "WORKDIR /go",
		"--change", `CMD ["bash"]`, "-", e.base)
	tree := exec.Command("tar", "-C", root, "-c", ".")
	var err error
	archive.Stdin, err = tree.StdoutPipe()
	mustDo(t, err)
	mustDo(t, tree.Start())
	if out, err := archive.CombinedOutput(); err != nil {
		t.Fatalf("podman import: %v\n%s", err, out)
	}
	mustDo(t, tree.Wait())
}

func run(t testing.TB, name string, args ...string) string {
	t.Helper()
	out, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

func goEnv(t testing.TB, name string) string {
	t.Helper()
	return run(t, "go", "env", name)
}

func goroot(t testing.TB) string { return goEnv(t, "GOROOT") }

// A proxy is a GOPROXY that has the last commit as the only version of go-safe, and for other modules what this
// machine's module cache has, or its own GOPROXY.
type proxy struct{ address string }

func newProxy(t *testing.T) *proxy {
	dir := t.TempDir()
	run(t, "../../packaging/module-proxy.sh", dir)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	mustDo(t, err)
	downloaded := filepath.Join(goEnv(t, "GOMODCACHE"), "cache/download")
	server := &http.Server{Handler: handler(t, http.Dir(dir), http.Dir(downloaded))}
	go server.Serve(l)
	t.Cleanup(func() { server.Shutdown(context.Background()) })
	return &proxy{address: l.Addr().String()}
}

// handler serves the first of the folders that has a file, else the first proxy of this machine's GOPROXY.
func handler(t *testing.T, folders ...http.Dir) http.Handler {
	first, _, _ := strings.Cut(goEnv(t, "GOPROXY"), ",")
	upstream, err := url.Parse(first)
	mustDo(t, err)
	rest := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(upstream) }}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for _, dir := range folders {
			if f, err := dir.Open(r.URL.Path); err == nil {
				defer f.Close()
				if fi, err := f.Stat(); err == nil && fi.Mode().IsRegular() {
					http.ServeContent(w, r, "", fi.ModTime(), f)
					return
				}
			}
		}
		if strings.HasPrefix(r.URL.Path, "/github.com/go-safe/") { // such as a module for the package's path
			http.NotFound(w, r)
			return
		}
		rest.ServeHTTP(w, r)
	})
}

// layerOf returns the paths in the newest layer of an image.
func (e *engine) layerOf(t testing.TB, image string) map[string]bool {
	t.Helper()
	file := filepath.Join(t.TempDir(), "image.tar")
	e.must(t, "save", "-q", "-o", file, image)
	layers := strings.Fields(strings.Trim(e.must(t, "inspect", "-f", "{{.RootFS.Layers}}", image), "[]"))
	newest := strings.TrimPrefix(layers[len(layers)-1], "sha256:") + ".tar"
	f, err := os.Open(file)
	mustDo(t, err)
	defer f.Close()
	for archive := tar.NewReader(f); ; {
		h, err := archive.Next()
		if err != nil {
			t.Fatalf("%s in %s: %v", newest, image, err)
		}
		if h.Name == newest {
			return pathsIn(t, archive)
		}
	}
}

func pathsIn(t testing.TB, r io.Reader) map[string]bool {
	paths := make(map[string]bool)
	for layer := tar.NewReader(r); ; {
		h, err := layer.Next()
		if err == io.EOF {
			return paths
		}
		mustDo(t, err)
		if h.FileInfo().Mode()&fs.ModeType == 0 {
			paths[h.Name] = true
		}
	}
}

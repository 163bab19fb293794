//go:build unix

package testscripts

import (
	"cmp"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"
	"golang.org/x/mod/module"
)

// modulesBehind are what the module proxy behind the near one has. The cache of the near one has the first four.
const modulesBehind = `
-- example.com/a@v1.0.0/a.go --
package a
-- example.com/Big@v2.0.0+incompatible/b.go --
package big
-- example.com/untagged@v0.0.0-20010909014640-0123456789ab/u.go --
package u
-- git.example.com/secret@v1.0.0/s.go --
package s
-- example.com/a@v1.1.0/a.go --
package a
-- example.com/far@v1.0.0/f.go --
package f
`

// A farm is a module proxy near the clients, an nginx with the configuration of docs/farm.md, and one behind it.
type farm struct {
	*race
	near, behind         string // URLs
	stopNear, stopBehind func()
	sumdb                string // GOSUMDB, which the one behind has

	mu    sync.Mutex
	asked []string // paths, of the one behind
}

// TestFarmModuleProxy runs the module proxy of docs/farm.md, with its configuration.
func TestFarmModuleProxy(t *testing.T) {
	f := newFarm(t)

	t.Log("an exact version comes from the near one, and only what is not there from the one behind")
	f.succeeds(f.client(), "mod download example.com/a@v1.0.0 example.com/Big@v2.0.0+incompatible")
	f.wantAsked()
	f.succeeds(f.client(), "mod download example.com/a@v1.1.0 example.com/far@v1.0.0")
	f.wantAsked("/example.com/a/@v/v1.1.0.", "/example.com/far/@v/v1.0.0.")

	t.Log("which versions there are, the one behind knows")
	f.succeeds(f.client(), "list -m example.com/a@latest", "example.com/a v1.1.0")
	f.succeeds(f.client(), "list -m -versions example.com/a", "v1.0.0 v1.1.0")
	f.wantAsked("/example.com/a/@v/list", "/example.com/a/@v/v1.1.0.")
	f.succeeds(f.client(), "list -m example.com/untagged@latest", "v0.0.0-20010909014640-0123456789ab")
	f.wantAsked("/example.com/untagged/")
	// A plain file server answers with the list of the cache.
	naive := f.serveFiles(f.path("cache/cache/download"))
	f.succeeds(f.client("GOPROXY="+naive), "list -m example.com/a@latest", "example.com/a v1.0.0")

	t.Log("private modules are not handed out, and nobody else is asked for them")
	f.succeeds(f.client("GOPROXY="+naive), "mod download git.example.com/secret@v1.0.0")
	f.fails(f.client(), "mod download git.example.com/secret@v1.0.0", "404 Not Found")
	f.fails(f.client(), "list -m git.example.com/secret@latest", "404 Not Found")
	f.wantAsked()

	t.Log("the checksum database is asked through it, and finds what was changed")
	f.succeeds(f.client("GOSUMDB="+f.sumdb), "mod download example.com/a@v1.0.0")
	f.wantAsked("/sumdb/localhost/sumdb/")
	zip := f.path("cache/cache/download/example.com/a/@v/v1.0.0.zip")
	whole := f.read(zip)
	f.write(zip, f.read(f.path("changed/example.com/a/@v/v1.0.0.zip")))
	f.fails(f.client("GOSUMDB="+f.sumdb), "mod download example.com/a@v1.0.0", "SECURITY ERROR")
	both := "GOPROXY=" + f.near + "|" + f.behind
	f.fails(f.client("GOSUMDB="+f.sumdb, both), "mod download example.com/a@v1.0.0", "SECURITY ERROR")
	// Without the database it is believed, and is then in go.sum.
	trusting := f.client("GOSUMDB="+f.sumdb, "GONOSUMDB=example.com", "GOFLAGS=-mod=mod -modcacherw")
	f.write(f.path("module/m.go"), []byte("package m\n\nimport _ \"example.com/a\"\n"))
	f.write(f.path("module/go.mod"), []byte("module m\n\ngo 1.21\n\nrequire example.com/a v1.0.0\n"))
	f.succeeds(trusting, "build .")
	f.write(zip, whole)
	f.fails(f.client("GOSUMDB="+f.sumdb), "mod download example.com/a@v1.0.0", "SECURITY ERROR", "go.sum: ")
	f.write(f.path("module/go.sum"), nil)
	f.forget()

	t.Log("a torn file stops all clients, until it is healed where it is")
	f.write(zip, whole[:len(whole)/2])
	torn := f.client(both)
	f.fails(torn, "mod download example.com/a@v1.0.0", "zip: not a valid zip file")
	f.wantAsked()
	nearEnv := []string{"GOMODCACHE=" + f.path("cache"), "GOPROXY=" + f.behind, "GOSUMDB=" + f.sumdb}
	f.run(f.safe, nearEnv, true, "safe verify --heal", "1 healed")
	f.succeeds(torn, "mod download example.com/a@v1.0.0")
	f.wantAsked("/sumdb/", "/example.com/a/@v/v1.0.0.zip")

	t.Log("it asks only the proxy behind that it can trust")
	other, err := newAuthority("Example Corp CA")
	if err != nil {
		t.Fatal(err)
	}
	f.write(f.path("other.pem"), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: other.cert.Raw}))
	strict, _ := f.startNear("other.pem", "")
	f.fails(f.client("GOPROXY="+strict), "list -m example.com/a@latest", "502 Bad Gateway")
	f.wantAsked()

	t.Log("one that asks nobody lets the clients ask the next one")
	alone, _ := f.startNear("ca.pem", "return 404;")
	f.succeeds(f.client("GOPROXY="+alone+","+f.behind), "mod download example.com/a@v1.0.0")
	f.wantAsked()
	f.succeeds(f.client("GOPROXY="+alone+","+f.behind), "list -m example.com/a@latest", "example.com/a v1.1.0")
	f.succeeds(f.client("GOPROXY="+alone+","+f.behind, "GOSUMDB="+f.sumdb), "mod download example.com/far@v1.0.0")
	f.wantAsked("/example.com/a/@v/", "/example.com/far/@v/v1.0.0.", "/sumdb/")

	t.Log("with the one behind away, exact versions are there; with the near one away, only a | asks the next")
	f.stopBehind()
	f.succeeds(f.client(), "mod download example.com/a@v1.0.0")
	f.fails(f.client(), "list -m example.com/a@latest", "502 Bad Gateway")
	f.fails(f.client("GOPROXY="+f.near+","+naive), "list -m example.com/a@latest", "502 Bad Gateway")
	f.succeeds(f.client("GOPROXY="+f.near+"|"+naive), "list -m example.com/a@latest")
	f.stopNear()
	f.fails(f.client("GOPROXY="+f.near+","+naive), "mod download example.com/a@v1.0.0", "connection refused")
	f.succeeds(f.client("GOPROXY="+f.near+"|"+naive), "mod download example.com/a@v1.0.0")
}

// newFarm starts both module proxies, and fills the cache of the near one with the go command.
func newFarm(t *testing.T) *farm {
	f := &farm{race: newRace(t, "-- go.mod --\nmodule m\n\ngo 1.21\n")}
	archive := txtar.Parse([]byte(modulesBehind))
	for name, text := range map[string]string{"behind": "", "changed": "// another\n"} {
		var mods []module.Version
		for _, file := range archive.Files {
			at, base := filepath.Split(file.Name)
			path, version, ok := strings.Cut(filepath.Clean(at), "@")
			if !ok {
				continue
			}
			mod, src := module.Version{Path: path, Version: version}, t.TempDir()
			f.write(filepath.Join(src, base), append([]byte(text), file.Data...))
			if err := addToProxy(f.path(name), mod, src); err != nil {
				t.Fatal(err)
			}
			mods = append(mods, mod)
		}
		if err := makeSumDB(f.path(name), mods); err != nil {
			t.Fatal(err)
		}
	}
	// This one has no version with a tag.
	untagged := f.path("behind/example.com/untagged")
	f.write(untagged+"/@latest", f.read(untagged+"/@v/v0.0.0-20010909014640-0123456789ab.info"))
	f.write(untagged+"/@v/list", nil)

	corp, err := newAuthority("Example Corp CA")
	if err != nil {
		t.Fatal(err)
	}
	files := http.FileServer(http.Dir(f.path("behind")))
	behind := corp.server(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.mu.Lock()
		f.asked = append(f.asked, r.URL.Path)
		f.mu.Unlock()
		if path, ok := strings.CutPrefix(r.URL.Path, "/sumdb/"); ok {
			if strings.HasSuffix(path, "/supported") {
				return
			}
			r.URL.Path = "/" + path
		}
		files.ServeHTTP(w, r)
	}), "127.0.0.1", time.Now().AddDate(1, 0, 0))
	t.Cleanup(behind.Close)
	f.behind, f.stopBehind = behind.URL, behind.Close
	f.write(f.path("ca.pem"), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: corp.cert.Raw}))
	sumdb, _, _ := strings.Cut(string(f.read(f.path("behind/GOSUMDB"))), " ")
	f.sumdb = sumdb
	f.near, f.stopNear = f.startNear("ca.pem", "")

	f.succeeds(f.client("GOPROXY="+f.behind, "GOMODCACHE="+f.path("cache")), "mod download example.com/a@v1.0.0 "+
		"example.com/Big@v2.0.0+incompatible git.example.com/secret@v1.0.0 "+
		"example.com/untagged@v0.0.0-20010909014640-0123456789ab")
	f.forget()
	return f
}

// startNear starts nginx with the configuration of the document. Only addresses and paths are others, and what is in
// place of proxy_pass.
func (f *farm) startNear(ca, pass string) (url string, stop func()) {
	f.t.Helper()
	nginx, err := exec.LookPath("nginx")
	if err != nil {
		if nginx, err = exec.LookPath("/usr/sbin/nginx"); err != nil {
			f.t.Skip("needs nginx")
		}
	}
	fences := readDocument(f.t, "../docs/farm.md").fences
	i := slices.IndexFunc(fences, func(fence fence) bool {
		return fence.lang == "nginx" && strings.Contains(fence.text, "/cache/download")
	})
	if i < 0 {
		f.t.Fatal("docs/farm.md has no configuration of a module proxy")
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		f.t.Fatal(err)
	}
	address := listener.Addr().String()
	listener.Close()
	conf := fences[i].text
	for old, changed := range map[string]string{
		"listen 8081;":                         "listen " + address + ";",
		"/srv/go/pkg/mod":                      f.path("cache"),
		"/etc/ssl/certs/ca-certificates.crt":   f.path(ca),
		"proxy_pass https://proxy.golang.org;": cmp.Or(pass, "proxy_pass "+f.behind+";"),
	} {
		if !strings.Contains(conf, old) {
			f.t.Fatalf("the configuration in docs/farm.md has no %q", old)
		}
		conf = strings.ReplaceAll(conf, old, changed)
	}
	user, dir := "", f.t.TempDir()
	if os.Getuid() == 0 {
		user = "user root;"
	}
	f.write(filepath.Join(dir, "nginx.conf"), fmt.Appendf(nil, `
%[1]s daemon off; master_process off; pid %[2]s/pid; error_log %[2]s/error.log;
events {}
http {
	access_log off;
	client_body_temp_path %[2]s/body; proxy_temp_path %[2]s/proxy; fastcgi_temp_path %[2]s/fastcgi;
	uwsgi_temp_path %[2]s/uwsgi; scgi_temp_path %[2]s/scgi;
	%[3]s
}
`, user, dir, conf))
	cmd := exec.Command(nginx, "-p", dir, "-c", filepath.Join(dir, "nginx.conf"))
	var out strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		f.t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { cmd.Wait(); close(ended) }()
	stop = func() { cmd.Process.Kill(); <-ended }
	f.t.Cleanup(stop)
	for {
		conn, err := net.Dial("tcp", address)
		if err == nil {
			conn.Close()
			return "http://" + address, stop
		}
		select {
		case <-ended:
			f.t.Fatal(out.String())
		case <-f.t.Context().Done():
			f.t.Fatal("nginx does not answer")
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// client returns the environment of a machine that has no modules yet, and asks the near one only.
func (f *farm) client(environ ...string) []string {
	cache := f.t.TempDir()
	f.t.Cleanup(func() { removeTree(cache) })
	return append([]string{"GOMODCACHE=" + cache, "GOPROXY=" + f.near, "GOSUMDB=off", "GOFLAGS=-modcacherw",
		"SSL_CERT_FILE=" + f.path("ca.pem"), "GOTOOLCHAIN=local", "GOPATH=" + f.t.TempDir()}, environ...)
}

// succeeds runs plain go, which must succeed and print all of want.
func (f *farm) succeeds(environ []string, line string, want ...string) {
	f.t.Helper()
	f.run(f.plain, environ, true, line, want...)
}

// fails runs plain go, which must fail and print all of want.
func (f *farm) fails(environ []string, line string, want ...string) {
	f.t.Helper()
	f.run(f.plain, environ, false, line, want...)
}

func (f *farm) run(program string, environ []string, succeeds bool, line string, want ...string) {
	f.t.Helper()
	environ = append([]string{"SSL_CERT_FILE=" + f.path("ca.pem")}, environ...)
	out, err := f.command(program, environ, strings.Fields(line)...).CombinedOutput()
	wrong := (err == nil) != succeeds
	for _, w := range want {
		wrong = wrong || !strings.Contains(string(out), w)
	}
	if wrong {
		f.t.Errorf("go %s: %v\n%swant %q", line, err, out, want)
	}
}

// wantAsked compares the prefixes of the paths that the proxy behind was asked for since the last call.
func (f *farm) wantAsked(prefixes ...string) {
	f.t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, path := range f.asked {
		if !slices.ContainsFunc(prefixes, func(prefix string) bool { return strings.HasPrefix(path, prefix) }) {
			f.t.Errorf("the one behind was asked for %s", path)
		}
	}
	for _, prefix := range prefixes {
		if !slices.ContainsFunc(f.asked, func(path string) bool { return strings.HasPrefix(path, prefix) }) {
			f.t.Errorf("the one behind was not asked for %s, but for %q", prefix, f.asked)
		}
	}
	f.asked = nil
}

func (f *farm) forget() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked = nil
}

// serveFiles starts a file server.
func (f *farm) serveFiles(dir string) string {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		f.t.Fatal(err)
	}
	server := &http.Server{Handler: http.FileServer(http.Dir(dir))}
	go server.Serve(listener)
	f.t.Cleanup(func() { server.Close() })
	return "http://" + listener.Addr().String()
}

func (f *farm) read(name string) []byte {
	f.t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		f.t.Fatal(err)
	}
	return data
}

func (f *farm) write(name string, data []byte) {
	f.t.Helper()
	err := os.Remove(name)
	if errors.Is(err, fs.ErrNotExist) {
		err = os.MkdirAll(filepath.Dir(name), 0o755)
	}
	if err := errors.Join(err, os.WriteFile(name, data, 0o644)); err != nil {
		f.t.Fatal(err)
	}
}

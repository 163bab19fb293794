package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// server is an nginx of this test's own, with the configuration that docs/farm.md has.
type server struct {
	url, root string
	log       string // file with one line for each request
}

// startNginx starts an nginx that stores what is PUT, and lists directories. More is added to its location.
func startNginx(t testing.TB, more string) *server {
	t.Helper()
	nginx, err := exec.LookPath("nginx")
	if err != nil {
		if nginx, err = exec.LookPath("/usr/sbin/nginx"); err != nil {
			t.Skip("needs nginx")
		}
	}
	dir := t.TempDir()
	address := freeAddress(t)
	user := ""
	if os.Getuid() == 0 {
		user = "user root;"
	}
	s := &server{url: "http://" + address, root: filepath.Join(dir, "root"), log: filepath.Join(dir, "access.log")}
	os.Mkdir(s.root, 0o777)
	conf := fmt.Sprintf(`
%[1]s daemon off; master_process off; pid %[2]s/pid; error_log %[2]s/error.log;
events {}
http {
	access_log %[2]s/access.log;
	client_body_temp_path %[2]s/body; proxy_temp_path %[2]s/proxy; fastcgi_temp_path %[2]s/fastcgi;
	uwsgi_temp_path %[2]s/uwsgi; scgi_temp_path %[2]s/scgi;
	server {
		listen %[3]s;
		root %[2]s/root;
		client_max_body_size 0;
		location / {
			dav_methods PUT DELETE;
			create_full_put_path on;
			autoindex on;
			autoindex_format json;
			%[4]s
		}
	}
}
`, user, dir, address, strings.ReplaceAll(more, "$DIR", dir))
	file := filepath.Join(dir, "nginx.conf")
	if err := os.WriteFile(file, []byte(conf), 0o666); err != nil {
		t.Fatal(err)
	}
	serve(t, exec.Command(nginx, "-p", dir, "-c", file), address)
	return s
}

// requests returns how many requests the server has answered since the last call.
func (s *server) requests(t testing.TB) int {
	t.Helper()
	b, err := os.ReadFile(s.log)
	if err != nil {
		t.Fatal(err)
	}
	os.Truncate(s.log, 0)
	return strings.Count(string(b), "\n")
}

// files returns the paths of the files below a directory of the store.
func (s *server) files(t testing.TB, dir string) (files []string) {
	t.Helper()
	filepath.WalkDir(filepath.Join(s.root, dir), func(path string, entry os.DirEntry, err error) error {
		if err == nil && entry.Type().IsRegular() {
			files = append(files, path)
		}
		return nil
	})
	return files
}

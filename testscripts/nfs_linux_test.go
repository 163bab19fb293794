package testscripts

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"
)

var (
	nfs = flag.Bool("nfs", false, "run the tests on NFS, in user-mode Linux "+
		"(Debian: user-mode-linux nfs-kernel-server rpcbind busybox iproute2)")
	nfsRounds = flag.Int("nfsrounds", 30, "commands of each client in TestNFSTwoClients")
)

// TestNFSOneClient cleans caches on NFS that nobody else uses.
func TestNFSOneClient(t *testing.T) {
	out := inNFS(t, "one.sh")
	for _, client := range []string{"v4", "v3", "nolock"} {
		for _, clean := range []string{"-modcache", "-cache"} {
			for _, side := range []string{"plain", "safe"} {
				want := fmt.Sprintf("== %s %s clean %s: exit 0 \r?\n", client, side, clean)
				if !regexp.MustCompile(want).MatchString(out) {
					t.Errorf("not found: %q", want)
				}
			}
		}
		left := regexp.MustCompile("== " + client + " safe left: (.*?) *\r?\n").FindStringSubmatch(out)
		unknown := func(name string) bool { // the lock files stay, which is documented
			return name != "./build.go-safe.lock" && name != "./mod.go-safe.lock"
		}
		if left == nil || slices.ContainsFunc(strings.Fields(left[1]), unknown) {
			t.Errorf("%s: left %q", client, left)
		}
	}
	if !strings.Contains(out, "/mnt/nolock/mod: is on NFS with locks that no other machine sees") {
		t.Error("the doctor does not name the mount with nolock")
	}
}

// TestNFSTwoClients downloads modules to a cache that another client removes again and again. No two go commands are
// in the cache at the same time, and no command fails.
func TestNFSTwoClients(t *testing.T) {
	out := inNFS(t, "two.sh", "ROUNDS="+fmt.Sprint(*nfsRounds))
	ended := regexp.MustCompile(`== two clients .* safe: downloads (\d+) of \d+, cleans (\d+) of`)
	two := ended.FindAllStringSubmatch(out, -1)
	if len(two) != 2 {
		t.Errorf("%d races of two clients ended", len(two))
	}
	for _, m := range two {
		if m[1] != "0" || m[2] != "0" {
			t.Errorf("failures: %s", m[0])
		}
	}
	for _, wrong := range []string{"== overlap", "with another cache"} {
		if n := strings.Count(out, wrong); n > 0 {
			t.Errorf("%d times %q", n, wrong)
		}
	}
}

// TestNFSLocks asks for the locks that another client holds, and uses a server that does not give locks yet.
func TestNFSLocks(t *testing.T) {
	out := inNFS(t, "locks.sh")
	for _, pair := range []string{"v4 v4b", "v4b v4", "v3 v4", "v4 v3"} {
		for _, state := range []string{"held by a process that cannot be seen from here", "free"} {
			if !regexp.MustCompile("== " + pair + ": GOMODCACHE +/mnt/v[^ ]+/locks/mod +" + state).MatchString(out) {
				t.Errorf("%s: never %s", pair, state)
			}
		}
	}
	if !strings.Contains(out, "/mnt/v4/locks/mod is on a server that does not answer for locks yet: no answer in 20s") {
		t.Error("go-safe does not say that the server is in its grace period")
	}
	if strings.Contains(out, "== after grace: go") {
		t.Error("go-safe does not use the server after its grace period")
	}
}

// TestNFSTogether lets two clients use one cache at the same time. Builds do not fail, and nothing in the build cache
// is damaged. Nor do downloads on mounts with lookupcache=positive; on others, and without locks, they may fail.
func TestNFSTogether(t *testing.T) {
	out := inNFS(t, "together.sh", "ROUNDS="+fmt.Sprint(min(*nfsRounds, 10)))
	for _, want := range []string{
		"plain builds: 0 commands of .* 0 damaged", "safe builds: 0 commands of .* 0 damaged",
		"plain builds, nolock: 0 commands of .* 0 damaged",
		"plain downloads, lookupcache=positive: 0 commands of .* 0 damaged",
		"safe downloads, lookupcache=positive: 0 commands of .* 0 damaged",
		"read-only, complete: /usr/local/go/bin/go exit 0", "read-only, complete: /shim/go exit 0",
		"read-only, incomplete: /usr/local/go/bin/go exit 1", "read-only, incomplete: /shim/go exit 0",
	} {
		if !regexp.MustCompile("== " + want).MatchString(out) {
			t.Errorf("not found: %q", want)
		}
	}
}

// TestNFSRequests counts the requests of builds with a full build cache, and measures them, for docs/benchmarks.md.
func TestNFSRequests(t *testing.T) {
	out := inNFS(t, "requests.sh")
	for where, want := range map[string]string{
		"/mnt/export, 0 ms": `\d`, "/mnt/a, 0 ms": `\d{4}`, "/mnt/a3, 0 ms": `\d{4}`,
		"/mnt/b, 0 ms": `\d{4}`, "/mnt/b, 1 ms": `\d{4}`, "/mnt/b, 5 ms": `\d{4}`, "/mnt/b, 20 ms": `\d{4}`,
	} {
		if want = "== " + where + ", first build: " + want + " requests, "; !regexp.MustCompile(want).MatchString(out) {
			t.Errorf("not found: %q", want)
		}
	}
}

// inNFS runs a script of testscripts/nfs on a machine with NFS, and returns its output. The machine is a Linux kernel
// that runs as a process (user-mode Linux). The NFS server and its clients are in it.
func inNFS(t *testing.T, script string, environ ...string) string {
	t.Helper()
	if !*nfs {
		t.Skip("needs -nfs")
	}
	const modules = 8
	r := newRace(t, "-- go.mod --\nmodule m\n\ngo 1.21\n"+requirements(modules)+manyPackages(5))
	if err := writeProxy(r.path("proxy"), modules); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"init.sh", script} {
		data, err := os.ReadFile(filepath.Join("nfs", name))
		if err == nil {
			err = os.WriteFile(r.path(name), data, 0o755)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if script == "requests.sh" {
		r.warmProgram()
	}
	disk := r.path("disk")
	if err := os.WriteFile(disk, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(disk, 2<<30); err != nil {
		t.Fatal(err)
	}
	mustRun(r.t, exec.Command("mkfs.ext4", "-q", "-F", disk))
	ctx, cancel := context.WithTimeout(context.Background(), 25*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "linux.uml", slices.Concat([]string{
		"mem=1024M", "ubda=" + disk, "root=/dev/root", "rootfstype=hostfs", "rootflags=/", "ro",
		"con=null", "con0=null,fd:1", "init=" + r.path("init.sh"), "umid=" + filepath.Base(r.root),
		"WORK=" + r.root, "SCRIPT=" + script,
	}, environ)...)
	cmd.WaitDelay = time.Second
	log, err := os.Create(r.path("log"))
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	cmd.Stdout, cmd.Stderr = log, log
	err = cmd.Run()
	out, _ := os.ReadFile(log.Name())
	if !strings.Contains(string(out), "== the end") {
		t.Fatalf("the machine did not come to its end: %v\n%s", err, out)
	}
	for line := range strings.Lines(string(out)) {
		if strings.HasPrefix(line, "== ") || strings.HasPrefix(line, "go") {
			t.Log(strings.TrimSpace(line))
		}
	}
	return string(out)
}

// warmProgram makes a program, and a build cache that has its packages.
func (r *race) warmProgram() {
	files := txtar.Parse([]byte("-- go.mod --\nmodule big\n\ngo 1.21\n-- main.go --\npackage main\n\nimport (\n" +
		"\t_ \"encoding/xml\"\n\t_ \"go/types\"\n\t_ \"html/template\"\n\t_ \"net/http\"\n)\n\nfunc main() {}\n"))
	if err := txtar.Write(files, r.path("big")); err != nil {
		r.t.Fatal(err)
	}
	environ := []string{"GOCACHE=" + r.path("warm"), "CGO_ENABLED=0", "GOTOOLCHAIN=local"}
	build := r.command(r.plain, environ, "build", "-o", os.DevNull, ".")
	list := r.command(r.plain, environ, "list", "-deps", ".")
	build.Dir, list.Dir = r.path("big"), r.path("big")
	mustRun(r.t, build)
	r.t.Logf("%d packages", strings.Count(mustRun(r.t, list), "\n"))
}

package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestBuild shows the whole way with the real go command: a machine with an empty GOCACHE compiles and links nothing.
func TestBuild(t *testing.T) {
	if testing.Short() {
		t.Skip("builds with a cold cache")
	}
	s, dir := startNginx(t, ""), newProject(t)
	build := func(m *machine, args ...string) string {
		t.Helper()
		cmd := exec.Command("go", args...)
		cmd.Dir = m.dir
		cmd.Env = append(os.Environ(), "GOCACHE="+m.gocache, "GOWORK=off", "GOFLAGS=", "CGO_ENABLED=0")
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("go %v: %v\n%s", args, err, out)
		}
		return string(out)
	}
	t.Setenv("CGO_ENABLED", "0")
	first, second := newMachine(t, dir, s.url), newMachine(t, dir, s.url)
	first.must(t, "pull", "no bundle")
	build(first, "run", ".")
	first.must(t, "push -- build .", "new entries")
	s.requests(t)
	second.must(t, "pull -- build .", "entries from commit")
	if n := s.requests(t); n > 30 {
		t.Errorf("%d requests to pull", n)
	}
	if out := build(second, "run", "-x", "."); strings.Contains(out, "/compile ") || strings.Contains(out, "/link ") {
		t.Error("the second machine compiled or linked")
	}
	second.must(t, "stats", "to pull:  0 entries, 0 parts")
	second.must(t, "verify", "are whole")
}

// TestCommits shows which bundle is found: that of the commit, of a parent, of the branch; and what is fetched.
func TestCommits(t *testing.T) {
	s, dir := startNginx(t, ""), newProject(t)
	first := newMachine(t, dir, s.url+"/some/path")
	first.must(t, "pull", "no bundle")
	first.build(t, "a", "b")
	first.must(t, "push", "4 new entries of 4, 1 new parts")
	first.must(t, "push", "nothing new")

	// The next commit has another package. Its bundle has a second part, and keeps the first.
	commit(t, dir)
	first.must(t, "pull", "0 of 4 entries")
	first.build(t, "c")
	first.must(t, "push", "2 new entries of 6, 1 new parts")
	if n := len(s.files(t, "some/path/v1/part")); n != 2 {
		t.Errorf("%d parts", n)
	}

	// Ten commits later nobody has pushed yet. A machine that has the first part fetches the second.
	for range 10 {
		commit(t, dir)
	}
	second := newMachine(t, dir, s.url+"/some/path/")
	second.build(t, "a", "b")
	second.must(t, "pull", "2 of 6 entries", "1 parts")
	second.wants(t, "a b c", "a", "b", "c", "d")

	// A checkout without history finds the branch.
	shallow := filepath.Join(t.TempDir(), "clone")
	git(t, dir, "clone", "-q", "--depth", "1", "file://"+dir, shallow)
	git(t, shallow, "checkout", "-q", "-b", "feature")
	third := newMachine(t, shallow, s.url+"/some/path")
	third.must(t, "pull", "6 of 6 entries")

	// What another flag, module or Go version made is not pulled.
	third.must(t, "pull -- build -race ./...", "no bundle")
	third.env["GOFLAGS"] = "-tags=x"
	third.must(t, "pull", "no bundle")
	write(t, filepath.Join(shallow, "go.mod"), "module example.com/other\n\ngo 1.25\n")
	third.env["GOFLAGS"] = ""
	third.must(t, "pull", "no bundle")
}

// A bundle that nobody used for six days is of use to more than one command: in a new GOCACHE the first one removes all
// that was not used for five days.
func TestOldBundle(t *testing.T) {
	s, dir := startNginx(t, ""), newProject(t)
	write(t, filepath.Join(dir, "one", "one.go"), "package one\n")
	write(t, filepath.Join(dir, "two", "two.go"), "package two\n")
	commit(t, dir)
	build := func(m *machine, args ...string) string {
		t.Helper()
		cmd := exec.Command("go", append([]string{"build", "-x"}, args...)...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "GOCACHE="+m.gocache, "GOWORK=off", "GOFLAGS=")
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		return string(out)
	}
	const compiles = "/compile -o "

	first := newMachine(t, dir, s.url)
	first.must(t, "pull")
	if !strings.Contains(build(first, "./one", "./two"), compiles) {
		t.Fatal("compile is not called so")
	}
	old := time.Now().Add(-6 * 24 * time.Hour)
	if err := filepath.WalkDir(first.gocache, func(path string, _ os.DirEntry, _ error) error {
		return os.Chtimes(path, old, old)
	}); err != nil {
		t.Fatal(err)
	}
	first.must(t, fmt.Sprint("push -since ", old.Add(-time.Hour).UnixNano()))

	second := newMachine(t, dir, s.url)
	second.must(t, "pull")
	for _, pkg := range []string{"./one", "./two"} {
		if out := build(second, pkg); strings.Contains(out, compiles) {
			t.Errorf("%s was compiled:\n%s", pkg, out)
		}
	}
}

// TestPushOnlyOwn shows that entries which the project did not use are not pushed.
func TestPushOnlyOwn(t *testing.T) {
	s, dir := startNginx(t, ""), newProject(t)
	m := newMachine(t, dir, s.url)
	m.build(t, "other") // another project, just before
	m.must(t, "pull", "no bundle")
	m.build(t, "own")
	m.must(t, "push", "2 new entries of 2")
	fresh := newMachine(t, dir, s.url)
	fresh.must(t, "pull")
	fresh.wants(t, "own", "own", "other")

	// Two machines push for one commit, one after the other: both are there.
	fresh.must(t, "pull")
	fresh.build(t, "test")
	fresh.must(t, "push", "2 new entries of 4")
	third := newMachine(t, dir, s.url)
	third.must(t, "pull")
	third.wants(t, "own test", "own", "test")

	// In the next commit nobody uses what "own" was. It is in the bundle no longer, and goes on as it is here.
	commit(t, dir)
	third.must(t, "pull", "0 of 4")
	old := time.Now().Add(-2 * time.Hour)
	filepath.WalkDir(third.gocache, func(path string, entry os.DirEntry, err error) error {
		return os.Chtimes(path, old, old)
	})
	third.build(t, "new", "test")
	third.must(t, "push", "of 4")
	fourth := newMachine(t, dir, s.url)
	fourth.must(t, "pull")
	fourth.wants(t, "test new", "own", "test", "new")
}

// TestParts shows that many small parts become one, and that a part which the store has lost is sent again.
func TestParts(t *testing.T) {
	s, dir := startNginx(t, ""), newProject(t)
	m := newMachine(t, dir, s.url)
	var names []string
	for i := range 12 {
		commit(t, dir)
		m.must(t, "pull")
		names = append(names, "n"+string(rune('a'+i)))
		m.build(t, names[i])
		m.must(t, "push")
	}
	fresh := newMachine(t, dir, s.url)
	if out := fresh.must(t, "stats"); strings.Contains(out, " 12 parts") {
		t.Errorf("parts only become more:\n%s", out)
	}
	fresh.must(t, "pull")
	fresh.wants(t, strings.Join(names, " "), names...)

	for _, part := range s.files(t, "v1/part") {
		os.Remove(part)
	}
	lost := newMachine(t, dir, s.url)
	lost.must(t, "pull", "is missing", "0 of 24")
	m.build(t, "last")
	m.must(t, "push")
	lost.must(t, "pull", "26 of 26")
}

// TestPrune shows that what is old goes, with the parts that nobody needs any more, and nothing else.
func TestPrune(t *testing.T) {
	s, dir := startNginx(t, ""), newProject(t)
	m := newMachine(t, dir, s.url)
	git(t, dir, "checkout", "-q", "-b", "old")
	m.must(t, "pull")
	m.build(t, "old", "older")
	m.must(t, "push")
	before := time.Now().Add(-100 * time.Hour)
	for _, file := range s.files(t, "v1") {
		os.Chtimes(file, before, before)
	}
	git(t, dir, "checkout", "-q", "--orphan", "new")
	commit(t, dir)
	n := newMachine(t, dir, s.url)
	n.must(t, "pull", "no bundle")
	n.build(t, "new")
	n.must(t, "push")
	for _, file := range s.files(t, "v1/part") { // age does not matter if a bundle names the part
		os.Chtimes(file, before, before)
	}
	n.must(t, "prune -older 50h -dry-run", "would remove 3 objects")
	n.env["GOSAFE_CACHE_WRITE"] = ""
	n.fails(t, "prune -older 50h", "GOSAFE_CACHE_WRITE=1")
	n.env["GOSAFE_CACHE_WRITE"] = "1"
	n.must(t, "prune -older 50h", "removed 3 objects")
	n.must(t, "prune -older 50h", "removed 0 objects")
	n.must(t, "verify", "2 outputs in 1 parts are whole")
	git(t, dir, "checkout", "-q", "old")
	m.must(t, "pull", "no bundle")

	plain := startNginx(t, "location ~ /$ { autoindex off; }")
	m.env["GOSAFE_CACHE"] = plain.url
	m.build(t, "x")
	m.must(t, "push")
	m.fails(t, "prune", "autoindex")
}

// TestCredentials shows that a password is used, and never printed.
func TestCredentials(t *testing.T) {
	s, dir := startNginx(t, `auth_basic x; auth_basic_user_file $DIR/root/../users;`), newProject(t)
	write(t, filepath.Join(s.root, "..", "users"), "ci:{PLAIN}sesame-street\n")
	m := newMachine(t, dir, s.url)
	netrc := filepath.Join(t.TempDir(), "netrc")
	t.Setenv("NETRC", netrc)
	m.fails(t, "pull", "credentials", "401", "~/.netrc has none for 127.0.0.1")
	m.build(t, "a")
	write(t, netrc, "machine 127.0.0.1 login ci password wrong-password\n")
	m.fails(t, "push", "credentials", "401")
	write(t, netrc, "machine example.com login x password y\nmachine 127.0.0.1\n\tlogin ci\n\tpassword sesame-street\n")
	m.must(t, "push", "2 new entries")
	os.Remove(netrc)
	m.env["GOSAFE_CACHE"] = strings.Replace(s.url, "://", "://ci:sesame-street@", 1)
	fresh := newMachine(t, dir, m.env["GOSAFE_CACHE"])
	all := fresh.must(t, "pull", "2 of 2") + fresh.must(t, "stats", "store:") +
		fresh.must(t, "verify") + fresh.must(t, "push")
	for _, address := range []string{"http://ci:sesame-street@127.0.0.1:1", "http://ci:sesame-street@%zz",
		"ftp://ci:sesame-street@x",
		"http://ci:sesame-street@", "s3://key:sesame-street@bucket/", "s3://bucket/?secret=sesame-street", "s3://?x",
		"http://x/?token=sesame-street", "http://ci:sesame-street@x y/"} {
		fresh.env["GOSAFE_CACHE"] = address
		status, out := fresh.run(t, "pull")
		if status == 0 {
			t.Errorf("%s: %s", address, out)
		}
		all += out
	}
	for _, secret := range []string{"sesame", "wrong-password"} {
		if strings.Contains(all, secret) {
			t.Errorf("a password was printed:\n%s", all)
		}
	}
}

// TestReadFreely shows the server of docs/farm.md: all may read, and who has a password may write.
func TestReadFreely(t *testing.T) {
	s, dir := startNginx(t, `limit_except GET { auth_basic x; auth_basic_user_file $DIR/users; }`), newProject(t)
	write(t, filepath.Join(s.root, "..", "users"), "ci:{PLAIN}sesame-street\n")
	t.Setenv("NETRC", filepath.Join(t.TempDir(), "none"))
	m := newMachine(t, dir, s.url)
	m.must(t, "pull", "no bundle")
	m.build(t, "a")
	m.fails(t, "push", "401")
	m.env["GOSAFE_CACHE"] = strings.Replace(s.url, "://", "://ci:sesame-street@", 1)
	m.must(t, "push", "2 new entries")
	newMachine(t, dir, s.url).must(t, "pull", "2 of 2")
}

// TestTrimpath shows that two checkouts in different places have all results in common with -trimpath.
func TestTrimpath(t *testing.T) {
	if testing.Short() {
		t.Skip("builds with a cold cache")
	}
	s, dir := startNginx(t, ""), newProject(t)
	for _, name := range []string{"a", "b", "c"} {
		write(t, filepath.Join(dir, name, "x.go"), "package "+name+"\n\nfunc F() {}\n")
	}
	commit(t, dir)
	other := filepath.Join(t.TempDir(), "another", "place")
	git(t, dir, "clone", "-q", dir, other)
	build := func(m *machine) int {
		t.Helper()
		cmd := exec.Command("go", "build", "-trimpath", "-x", "./...")
		cmd.Dir = m.dir
		cmd.Env = append(os.Environ(), "GOCACHE="+m.gocache, "GOWORK=off", "GOFLAGS=", "CGO_ENABLED=0")
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		return strings.Count(string(out), "/compile ")
	}
	t.Setenv("CGO_ENABLED", "0")
	first, second := newMachine(t, dir, s.url), newMachine(t, other, s.url)
	first.must(t, "pull -- build -trimpath")
	if build(first) < 20 {
		t.Error("the first build was not cold")
	}
	first.must(t, "push -- build -trimpath ./...")
	second.must(t, "pull -- build -trimpath ./...", "entries from commit")
	if n := build(second); n > 0 {
		t.Errorf("%d packages were compiled again", n)
	}
}

// TestStats shows that stats says for which build it found nothing, and says nothing of what is not there.
func TestStats(t *testing.T) {
	s, dir := startNginx(t, ""), newProject(t)
	m := newMachine(t, dir, s.url)
	head := git(t, dir, "rev-parse", "HEAD")
	for _, want := range []string{"store:    " + s.url + "\n", "module:   example.com/m\n", "flags:    -race=true\n",
		"commit:   " + head + "\n", "stats: no bundle for this build"} {
		m.failsSaying(t, "stats -- test -race", want)
	}
	m.must(t, "pull")
	m.build(t, "a")
	m.must(t, "push")
	if out := m.must(t, "stats", "to pull:  0 entries, 0 parts, 0.0 MB\n"); strings.Contains(out, "%") {
		t.Error(out)
	}
	newMachine(t, dir, s.url).must(t, "stats", "to pull:  2 entries, 1 parts", ", of which 100 % is missing here\n")
	if err := os.RemoveAll(filepath.Join(dir, ".git")); err != nil {
		t.Fatal(err)
	}
	m.must(t, "stats", "commit:   "+head+" (there is no commit here)\n")
}

// TestVerifyRemoves shows that verify names what it removes.
func TestVerifyRemoves(t *testing.T) {
	s, m := pair(t)
	alter(t, s.files(t, "v1/part")[0], func(b []byte) []byte { return b[:len(b)/2] })
	m.failsSaying(t, "verify", "; removed\n")
	m.failsSaying(t, "verify", ": not found\n")
}

func TestUsage(t *testing.T) {
	dir := newProject(t)
	m := newMachine(t, dir, "http://127.0.0.1:1")
	for _, line := range []string{"what", "pull -what", ""} {
		if status, _ := m.run(t, strings.Split(line, " ")...); status != 2 {
			t.Errorf("%q: status %d", line, status)
		}
	}
	var help, out bytes.Buffer
	if status := run([]string{"help"}, os.Getenv, &help, &out); status != 0 || !strings.Contains(help.String(), "prune") {
		t.Errorf("help: status %d\n%s", status, &help)
	}
	if run([]string{"-C", dir, "pull"}, os.Getenv, &out, &out); !strings.Contains(out.String(), `no command "-C"`) {
		t.Errorf("%s", &out)
	}
	m.env["GOSAFE_CACHE_WRITE"] = "yes"
	m.fails(t, "pull", "GOSAFE_CACHE_WRITE=yes", "allowed: 1")
	m.env["GOSAFE_CACHE_WRITE"] = ""
	m.fails(t, "push", "GOSAFE_CACHE_WRITE=1")
	m.env["GOSAFE_CACHE_KEYS"] = "nonsense"
	m.fails(t, "pull", "GOSAFE_CACHE_KEYS", "nonsense")
	m.env["GOSAFE_CACHE_KEYS"] = ""
	m.env["GOSAFE_CACHE"] = ""
	m.fails(t, "pull", "GOSAFE_CACHE is not set")
	os.Remove(filepath.Join(dir, "go.mod"))
	m.env["GOSAFE_CACHE"] = "http://127.0.0.1:1"
	m.fails(t, "pull", "no go.mod here")
}

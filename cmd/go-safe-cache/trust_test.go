package main

import (
	"bytes"
	"crypto/sha256"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-safe/go-safe/cmd/go-safe-cache/internal/bundle"
)

// pair is a machine that has pushed "a" and "b", and the store where they are: one bundle under two names, one part.
func pair(t *testing.T) (s *server, pusher *machine) {
	t.Helper()
	s, dir := startNginx(t, ""), newProject(t)
	pusher = newMachine(t, dir, s.url)
	pusher.must(t, "pull")
	pusher.build(t, "a", "b")
	pusher.must(t, "push", "4 new entries")
	return s, pusher
}

// alter changes a file of the store.
func alter(t testing.TB, path string, change func([]byte) []byte) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err == nil {
		err = os.WriteFile(path, change(b), 0o666)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestAltered shows that no byte of the store can be changed so that a build sees it: each entry that arrives is
// whole. The other entries still arrive, and the program says once what it ignored.
func TestAltered(t *testing.T) {
	s, pusher := pair(t)
	part := s.files(t, "v1/part")[0]
	good, err := os.ReadFile(part)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(good); i += max(1, len(good)/40) {
		alter(t, part, func([]byte) []byte {
			b := bytes.Clone(good)
			b[i] ^= 0x10
			return b
		})
		m := newMachine(t, pusher.dir, s.url)
		m.must(t, "pull", "v1/part/")
		m.has(t) // reads each entry and compares its hash
		alter(t, part, func([]byte) []byte { return good[:i] })
		m = newMachine(t, pusher.dir, s.url)
		m.must(t, "pull", "v1/part/")
		m.has(t)
	}
	pusher.env["GOSAFE_CACHE_WRITE"] = ""
	pusher.failsSaying(t, "verify", "truncated")
	if len(s.files(t, "v1/part")) != 1 {
		t.Error("verify removed something without being allowed to")
	}
	// One that may write removes the damage, and the next push cures it.
	pusher.env["GOSAFE_CACHE_WRITE"] = "1"
	pusher.failsSaying(t, "verify", "truncated")
	pusher.build(t, "c")
	pusher.must(t, "push", "new entries")
	pusher.must(t, "verify", "are whole")

	// A part that holds another's content: its own hash and size are right for that name no more.
	alter(t, s.files(t, "v1/part")[0], func([]byte) []byte { return good })
	m := newMachine(t, pusher.dir, s.url)
	m.must(t, "pull")
	m.has(t)

	// The bundle itself.
	for _, file := range s.files(t, "v1/bundle") {
		alter(t, file, func(b []byte) []byte { b[len(b)-1] ^= 1; return b })
	}
	newMachine(t, pusher.dir, s.url).must(t, "pull", "ignored a bundle", "no bundle for this build")
}

// TestLie shows that an output is compared with its own hash, also in a part and a bundle whose hashes are right.
func TestLie(t *testing.T) {
	s, pusher := pair(t)
	part := bundle.NewPartWriter()
	good, evil := []byte("good content"), []byte("evil content")
	part.Add(evil)
	p, object, err := part.Close()
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(s.root, bundle.PartName(p.Sum)), string(object))
	file := s.files(t, "v1/bundle")[0]
	old, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	head, manifest, err := bundle.Decode(old, nil)
	if err != nil {
		t.Fatal(err)
	}
	manifest.Parts = append(manifest.Parts, p)
	manifest.Outputs = append(manifest.Outputs, bundle.Output{ID: sha256.Sum256(good), Size: p.Raw,
		Used: time.Now(), Part: 1})
	manifest.Actions = append(manifest.Actions, bundle.Action{ID: sha256.Sum256([]byte("do")), Output: 4,
		Time: time.Now(), Used: time.Now()},
		bundle.Action{ID: sha256.Sum256([]byte("later")), Output: 0, Time: time.Now().Add(9 * time.Hour),
			Used: time.Now()})
	object, err = bundle.Encode(head, manifest, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range s.files(t, "v1/bundle") {
		write(t, file, string(object))
	}
	m := newMachine(t, pusher.dir, s.url)
	m.must(t, "pull", "does not have the hash", "4 of 6")
	m.wants(t, "a b", "a", "b")
	d := m.open(t)
	for _, action := range []string{"do", "later"} {
		if d.HasAction(sha256.Sum256([]byte(action))) {
			t.Errorf("%q is in GOCACHE", action)
		}
	}
}

// TestMappingAltered shows what a hash cannot see, and a signature can: another output for an action.
func TestMappingAltered(t *testing.T) {
	s, pusher := pair(t)
	secret := filepath.Join(t.TempDir(), "key")
	var public bytes.Buffer
	if status := run([]string{"keygen", "ci", secret}, os.Getenv, &public, os.Stderr); status != 0 {
		t.Fatal("keygen failed")
	}
	if info, err := os.Stat(secret); err != nil || info.Mode().Perm()&0o077 != 0 && os.PathSeparator == '/' {
		t.Error("others can read the private key", err)
	}
	// An attacker who can write to the store pushes an entry of his own.
	attacker := newMachine(t, pusher.dir, s.url)
	attacker.must(t, "pull", "4 of 4")
	attacker.build(t, "evil")
	attacker.must(t, "push", "2 new entries")
	careless := newMachine(t, pusher.dir, s.url)
	careless.must(t, "pull")
	careless.wants(t, "a b evil", "a", "b", "evil")
	careful := newMachine(t, pusher.dir, s.url)
	careful.env["GOSAFE_CACHE_KEYS"] = public.String()
	careful.must(t, "pull", "not signed by a key that is trusted here", "no bundle for this build")
	careful.wants(t, "", "a", "b", "evil")
}

// TestKeys shows signed pushes, and how one key replaces another.
func TestKeys(t *testing.T) {
	s, dir := startNginx(t, ""), newProject(t)
	keys := map[string]string{}
	secrets := t.TempDir()
	for _, name := range []string{"old", "new", "foreign"} {
		var public bytes.Buffer
		if run([]string{"keygen", name, filepath.Join(secrets, name)}, os.Getenv, &public, os.Stderr) != 0 {
			t.Fatal("keygen failed")
		}
		keys[name] = strings.TrimSpace(public.String())
	}
	machineWith := func(sign string, trusted ...string) *machine {
		m := newMachine(t, dir, s.url)
		if sign != "" {
			m.env["GOSAFE_CACHE_SIGN"] = filepath.Join(secrets, sign)
		}
		for _, name := range trusted {
			m.env["GOSAFE_CACHE_KEYS"] += keys[name] + " "
		}
		return m
	}
	pusher := machineWith("old", "old")
	pusher.must(t, "pull")
	pusher.build(t, "a")
	pusher.must(t, "push", "2 new entries")
	machineWith("", "old").must(t, "pull", "2 of 2")
	machineWith("", "new", "old").must(t, "pull", "2 of 2")
	machineWith("").must(t, "pull", "2 of 2")
	machineWith("", "new").must(t, "pull", "not signed", "no bundle")

	// The pusher changes its key. It trusts both meanwhile, so nothing is lost.
	commit(t, dir)
	pusher.env = machineWith("new", "old", "new").env
	pusher.must(t, "pull")
	pusher.build(t, "b")
	pusher.must(t, "push", "of 4")
	machineWith("", "new").must(t, "pull", "4 of 4")
	machineWith("", "old").must(t, "pull", "not signed", "2 of 2") // the parent's

	// Who has a foreign key pushes what nobody takes.
	foreign := machineWith("foreign")
	foreign.must(t, "pull")
	foreign.build(t, "evil")
	foreign.must(t, "push", "2 new entries")
	machineWith("", "new", "old").must(t, "pull", "not signed", "2 of 2")

	// Who changed the file before the keys would push what he himself does not take.
	early := machineWith("new", "old")
	early.must(t, "pull")
	early.fails(t, "push", "GOSAFE_CACHE_SIGN", `"new"`, "GOSAFE_CACHE_KEYS")

	// A value that names no key does not switch the signatures off.
	blank := machineWith("")
	blank.env["GOSAFE_CACHE_KEYS"] = " \n"
	blank.fails(t, "pull", "GOSAFE_CACHE_KEYS has no key")

	// A name that GOSAFE_CACHE_KEYS could not have is refused, and leaves no file.
	for _, name := range []string{"a b", "a+b", ""} {
		file := filepath.Join(secrets, "refused")
		var out bytes.Buffer
		if run([]string{"keygen", name, file}, os.Getenv, &out, &out) != 1 || !strings.Contains(out.String(), "space") {
			t.Errorf("keygen %q: %s", name, &out)
		}
		if _, err := os.Stat(file); err == nil {
			t.Fatalf("keygen %q has made a key", name)
		}
	}

	// Nothing is pushed unsigned where signatures count; and the private key is in no message.
	m := machineWith("", "old")
	m.fails(t, "push", "GOSAFE_CACHE_SIGN")
	secret, _ := os.ReadFile(filepath.Join(secrets, "old"))
	torn := filepath.Join(secrets, "torn")
	write(t, torn, string(secret[:len(secret)-9]))
	m.env["GOSAFE_CACHE_SIGN"] = torn
	m.fails(t, "push", "has no private key")
	if _, out := m.run(t, "push"); strings.Contains(out, string(secret[20:40])) {
		t.Errorf("the private key was printed: %s", out)
	}
	if status := run([]string{"keygen", "x", torn}, os.Getenv, &bytes.Buffer{}, &bytes.Buffer{}); status == 0 {
		t.Error("keygen replaced a file")
	}
}

// TestReplay shows that signed bundles of another commit, branch, key or time are not taken for others, and that an
// old one of the right name only lowers the hit rate.
func TestReplay(t *testing.T) {
	s, pusher := pair(t)
	secret := filepath.Join(t.TempDir(), "key")
	var public bytes.Buffer
	run([]string{"keygen", "ci", secret}, os.Getenv, &public, os.Stderr)
	pusher.env["GOSAFE_CACHE_SIGN"] = secret
	pusher.build(t, "c")
	pusher.must(t, "push", "new entries") // signed
	bundles := func() (commit, branch string) {
		files := s.files(t, "v1/bundle")
		return files[len(files)-1], files[0] // branch < commit
	}
	branchFile, commitFile := bundles()
	if !strings.Contains(commitFile, "/commit/") {
		commitFile, branchFile = branchFile, commitFile
	}
	fresh := func(args string, want ...string) *machine {
		t.Helper()
		m := newMachine(t, pusher.dir, s.url)
		m.env["GOSAFE_CACHE_KEYS"] = public.String()
		m.must(t, strings.TrimSpace("pull "+args), want...)
		return m
	}
	fresh("", "6 of 6")
	old, _ := os.ReadFile(commitFile)

	// Under the name of another commit.
	next := commit(t, pusher.dir)
	write(t, filepath.Join(filepath.Dir(commitFile), next), string(old))
	fresh("", "it belongs to another commit", "6 of 6") // the parent's is good

	// Under the name of another branch.
	git(t, pusher.dir, "checkout", "-q", "--orphan", "lonely")
	commit(t, pusher.dir)
	write(t, filepath.Join(filepath.Dir(branchFile), "lonely"), string(old))
	os.Rename(branchFile, branchFile+"x")
	fresh("", "it belongs to another branch", "no bundle")
	os.Rename(branchFile+"x", branchFile)
	git(t, pusher.dir, "checkout", "-q", "main")

	// Under the name of another key.
	race := newMachine(t, pusher.dir, s.url)
	race.must(t, "pull -- build -race")
	race.build(t, "race")
	race.must(t, "push -- build -race")
	for _, file := range s.files(t, "v1/bundle") {
		alter(t, file, func([]byte) []byte { return old })
	}
	fresh("-- build -race", "it belongs to another module", "no bundle")

	// The old one again, after a newer one: fewer hits, and no more.
	pusher.must(t, "pull")
	pusher.build(t, "d")
	pusher.must(t, "push", "2 new entries")
	m := fresh("", "8 of 8")
	m.wants(t, "a b c d", "a", "b", "c", "d")
	for _, file := range s.files(t, "v1/bundle") {
		alter(t, file, func([]byte) []byte { return old })
	}
	m = fresh("", "6 of 6")
	m.wants(t, "a b c", "a", "b", "c", "d")
}

// TestPrivate shows with the real go command that what a private module is compiled to is not pushed, and neither is
// what has its code inlined.
func TestPrivate(t *testing.T) {
	s, dir := startNginx(t, ""), newProject(t)
	write(t, filepath.Join(dir, "go.mod"), "module example.com/m\n\ngo 1.25\n\n"+
		"require Corp.example/secret.v2 v0.0.0\n\nreplace Corp.example/secret.v2 => ./secret\n")
	write(t, filepath.Join(dir, "secret", "go.mod"), "module Corp.example/secret.v2\n\ngo 1.25\n")
	write(t, filepath.Join(dir, "secret", "s.go"), "package secret\n\nconst F = \"the-secret-constant\"\n")
	write(t, filepath.Join(dir, "user", "u.go"),
		"package user\n\nimport \"Corp.example/secret.v2\"\n\nvar V = secret.F\n")
	write(t, filepath.Join(dir, "open", "o.go"), "package open\n\nvar V = \"nothing-secret\"\n")
	build := func(m *machine) string {
		cmd := exec.Command("go", "build", "-x", "./user", "./open")
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "GOCACHE="+m.gocache, "GOWORK=off", "GOFLAGS=-mod=mod")
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		return string(out)
	}
	for _, private := range []bool{false, true} {
		m := newMachine(t, dir, s.url+map[bool]string{true: "/private", false: "/open"}[private])
		m.env["GOFLAGS"] = "-mod=mod"
		if private {
			m.env["GOSAFE_PRIVATE"] = "copy"
			t.Setenv("GOPRIVATE", "other.example,Corp.example/sec*")
		}
		m.must(t, "pull")
		build(m)
		m.must(t, "push", "new entries")
		fresh := newMachine(t, dir, m.env["GOSAFE_CACHE"])
		fresh.env["GOFLAGS"] = "-mod=mod"
		fresh.must(t, "pull")
		secrets, opens := 0, 0
		filepath.WalkDir(fresh.gocache, func(path string, entry os.DirEntry, err error) error {
			b, _ := os.ReadFile(path)
			if bytes.Contains(b, []byte("the-secret-constant")) || bytes.Contains(b, []byte("orp.example")) {
				secrets++
			}
			if bytes.Contains(b, []byte("nothing-secret")) {
				opens++
			}
			return nil
		})
		if (secrets > 0) == private || opens == 0 {
			t.Errorf("private %v: %d files name the secret, %d the other", private, secrets, opens)
		}
		// The rest of the build is made anew, and works.
		out := build(fresh)
		if strings.Contains(out, "/compile ") != private {
			t.Errorf("private %v:\n%s", private, out)
		}
	}
	m := newMachine(t, dir, s.url)
	m.env["GOFLAGS"] = "-mod=mod"
	m.env["GOSAFE_PRIVATE"] = "copy"
	t.Setenv("GOPRIVATE", "example.com/*")
	m.build(t, "a")
	m.must(t, "push", "example.com/m is a private module")
	if len(s.files(t, "v1")) > 0 {
		t.Error("something of a private module was pushed")
	}
}

func TestPrivatePatterns(t *testing.T) {
	for _, test := range []struct {
		patterns, content string
		want              bool
	}{
		{"", "anything", false},
		{" , ", "anything", false},
		{"*.corp.example", "x git.corp.example/y z", true},
		{"*.corp.example", "x git.corp2example/y z", false},
		{"corp.example/a[bc]/*", "corp.example/ab/d", true},
		{"corp.example/a[bc]/*", "corp.example/ad/d", false},
		{"corp.example/s.v2", "corp.example/s%2ev2.F", true},
		{"corp.example/A", "/mod/corp.example/!a@v1.0.0", true},
		{"a,b.example", "xb.example", true},
		{"[", "[", true},
		{"[z-a]", "anything", true}, // a pattern that cannot be read hides all
	} {
		if got := newPrivate(test.patterns).in([]byte(test.content)); got != test.want {
			t.Errorf("%q in %q: %v", test.patterns, test.content, got)
		}
	}
}

// failsSaying is fails for a command that prints more than one line.
func (m *machine) failsSaying(t *testing.T, line string, want string) {
	t.Helper()
	if status, out := m.run(t, strings.Fields(line)...); status != 1 || !strings.Contains(out, want) {
		t.Fatalf("%s: status %d\n%swant %q", line, status, out, want)
	}
}

// TestEscape shows that the text of an unsigned bundle reaches no terminal as it is.
func TestEscape(t *testing.T) {
	s, pusher := pair(t)
	for _, file := range s.files(t, "v1/bundle") {
		if !strings.Contains(file, "/branch/") {
			os.Remove(file)
			continue
		}
		alter(t, file, func(object []byte) []byte {
			head, manifest, err := bundle.Decode(object, nil)
			if err != nil {
				t.Fatal(err)
			}
			head.Commit = "\x1b]0;x\a\n"
			if object, err = bundle.Encode(head, manifest, nil); err != nil {
				t.Fatal(err)
			}
			return object
		})
	}
	m := newMachine(t, pusher.dir, s.url)
	for verb, want := range map[string]string{"stats": "commit:   ]0;x (this", "pull": "from commit ]0;x,"} {
		if out := m.must(t, verb, want); strings.ContainsAny(out, "\x1b\a") {
			t.Errorf("%s: %q", verb, out)
		}
	}
}

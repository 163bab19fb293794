//go:build unix

package testscripts

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

var (
	conformance = flag.Bool("conformance", false,
		"run the Go project's own script tests of cmd/go through go-safe; needs -timeout=2h")
	full = flag.Bool("full", false,
		"with -conformance: without -short, and only the scripts that this makes a difference to")
)

// TestConformance runs the Go project's own script tests of cmd/go twice, with go-safe standing as go and
// without it, and compares the result of each script.
//
//	go test ./testscripts -run=TestConformance -conformance -timeout=2h -v
//
// The suite comes from the installed GOROOT and is compiled with an overlay, see conformanceEdits. Behind
// go-safe runs the suite's own executable, a cmd/go that accepts the suite's test hooks, as it does without
// go-safe.
func TestConformance(t *testing.T) {
	if !*conformance {
		t.Skip("it takes some minutes for each variant; to run it: -conformance -timeout=2h")
	}
	c := newConformance(t)
	self := os.Geteuid()
	other, owner := unusedUIDs(t)
	for _, v := range []conformanceVariant{
		{name: "exec", users: conformanceUsers{uid: self, owner: self}, env: []string{"GOSAFE_LOCK=off"}},
		{name: "child", users: conformanceUsers{uid: self, owner: self}, env: []string{"GOSAFE_EXEC=child"}},
		{name: "user", users: conformanceUsers{uid: other, owner: other}},
		{name: "foreign", users: conformanceUsers{uid: self, owner: owner}},
		{name: "shared", users: conformanceUsers{uid: other, owner: other}, env: []string{"GOSAFE_CONFORMANCE_SHARED=1"}},
	} {
		t.Run(v.name, func(t *testing.T) {
			if self != 0 && v.users != (conformanceUsers{self, self}) {
				t.Skip("only root can set this up")
			}
			c.compare(t, v)
		})
	}
}

// A conformanceVariant is one way to run the suite through go-safe.
type conformanceVariant struct {
	name  string
	users conformanceUsers
	env   []string
}

// conformanceUsers are the same in a run through go-safe and in the run by plain go that it is compared with.
type conformanceUsers struct {
	uid   int // runs the suite
	owner int // owns the scripts' directories and GOCACHE
}

// compare runs a variant. It runs the plain suite too, unless another variant had the same users.
func (c *conformanceSuite) compare(t *testing.T, v conformanceVariant) {
	plain, ok := c.plain[v.users]
	if !ok {
		plain = c.run(t, v.users, nil)
		t.Logf("plain go: %v", plain)
		c.plain[v.users] = plain
	}
	safe := c.run(t, v.users, append([]string{"GOSAFE_CONFORMANCE_SHIM=" + c.shim}, v.env...))
	expected := c.expected(t, v.users)
	differences := diffConformance(plain, safe, expected)
	for _, d := range differences {
		t.Errorf("%s\nlog with go-safe:\n%s", d, safe[d.script].log.String())
	}
	t.Logf("go-safe: %v; differences: %d; expected differences: %d", safe, len(differences), len(expected))
}

// conformanceTimeout is the limit of one run of the suite. It is the same for all runs: the suite derives from it
// how long it waits for programs that a script left behind.
func conformanceTimeout() time.Duration {
	if *full {
		return 2 * time.Hour
	}
	return 30 * time.Minute
}

// run runs the suite once. Each run starts with the same paths, and with a GOCACHE of the same content.
func (c *conformanceSuite) run(t *testing.T, users conformanceUsers, env []string) conformanceResults {
	if d, ok := t.Deadline(); ok && time.Until(d) < conformanceTimeout() {
		t.Fatalf("less than %v left for a run of the suite; -timeout must be longer", conformanceTimeout())
	}
	dir := c.makeRunDir(t, users)
	for _, dir := range append(missingDirs(users.uid), dir) {
		defer removeTree(dir)
	}

	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(t.Context(), c.binary, "-test.run="+c.pattern(), fmt.Sprintf("-test.short=%v", !*full),
		"-test.v=test2json", "-test.timeout="+conformanceTimeout().String())
	cmd.Dir = filepath.Join(c.source, "go")
	cmd.Env = append(c.environ(dir), env...)
	if users.owner != users.uid {
		cmd.Env = append(cmd.Env, "GOSAFE_CONFORMANCE_OWNER="+strconv.Itoa(users.owner))
	}
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if users.uid != os.Geteuid() {
		credential := &syscall.Credential{Uid: uint32(users.uid), Gid: uint32(users.uid)}
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: credential}
	}
	start := time.Now()
	err := cmd.Run()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	t.Logf("the suite took %v", time.Since(start).Round(time.Second))
	results := parseConformance(t, &stdout)
	c.checkComplete(t, results, err, stderr.String())
	return results
}

// makeRunDir makes the directories that a run of the suite uses, and gives them to their owners.
func (c *conformanceSuite) makeRunDir(t *testing.T, users conformanceUsers) string {
	dir := filepath.Join(c.root, "run")
	for name, owner := range map[string]int{"home": users.uid, "tmp": users.uid, "cache": users.owner} {
		sub := filepath.Join(dir, name)
		if err := makeDir(sub, 0o755); err != nil {
			t.Fatal(err)
		}
		if name == "cache" {
			if err := os.CopyFS(sub, os.DirFS(c.seed)); err != nil {
				t.Fatal(err)
			}
		}
		if owner == os.Geteuid() {
			continue
		}
		if err := chownTree(sub, owner); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// missingDirs returns directories outside of the run's own that a run may make and that do not exist now.
// The scripts rely on the two homes being missing, but go commands of root make them, for telemetry. The others
// are go-safe's private directories; the user who runs this test keeps these.
func missingDirs(uid int) []string {
	dirs := []string{"/no-home", "/test-go-home-does-not-exist"}
	if uid != os.Geteuid() {
		dirs = append(dirs, fmt.Sprintf("/tmp/go-%d", uid), fmt.Sprintf("/var/tmp/go-%d", uid))
	}
	return slices.DeleteFunc(dirs, func(dir string) bool {
		_, err := os.Lstat(dir)
		return err == nil
	})
}

// environ is the environment of go test cmd/go, for a user without settings.
func (c *conformanceSuite) environ(dir string) []string {
	bin := filepath.Join(c.source, "../../bin")
	return append(slices.DeleteFunc(os.Environ(), isConformanceVariable),
		"PATH="+bin+string(filepath.ListSeparator)+os.Getenv("PATH"),
		"HOME="+filepath.Join(dir, "home"),
		"TMPDIR="+filepath.Join(dir, "tmp"),
		"GOCACHE="+filepath.Join(dir, "cache"),
	)
}

// isConformanceVariable reports whether the variable changes what go commands do. go-safe's variables are among them.
func isConformanceVariable(kv string) bool {
	return isGoVariable(kv) || strings.HasPrefix(kv, "XDG_")
}

// unusedUIDs returns two users without a passwd entry, as containers have them.
func unusedUIDs(t *testing.T) (first, second int) {
	t.Helper()
	var unused []int
	for uid := 65532; len(unused) < 2; uid-- {
		_, err := user.LookupId(strconv.Itoa(uid))
		if err == nil {
			continue
		}
		if unknown := user.UnknownUserIdError(0); !errors.As(err, &unknown) {
			t.Fatal(err)
		}
		unused = append(unused, uid)
	}
	return unused[0], unused[1]
}

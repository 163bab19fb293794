//go:build unix

package testscripts

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"regexp"
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
// The suite is taken from the GOROOT installed and compiled with an overlay, see conformanceEdits. As
// without go-safe, its go is the suite's own executable, a cmd/go that accepts the suite's test hooks.
func TestConformance(t *testing.T) {
	if !*conformance {
		t.Skip("it takes some minutes for each leg; to run it: -conformance -timeout=2h")
	}
	c := newConformance(t)
	self := os.Geteuid()
	other, owner := conformanceUIDs(t)
	for _, leg := range []conformanceLeg{
		{name: "exec", cond: conformanceCondition{uid: self, owner: self}, env: []string{"GOSAFE_LOCK=off"}},
		{name: "child", cond: conformanceCondition{uid: self, owner: self}, env: []string{"GOSAFE_EXEC=child"}},
		{name: "user", cond: conformanceCondition{uid: other, owner: other}},
		{name: "foreign", cond: conformanceCondition{uid: self, owner: owner}},
		{name: "shared", cond: conformanceCondition{uid: other, owner: other}, env: []string{"GOSAFE_CONFORMANCE_SHARED=1"}},
	} {
		t.Run(leg.name, func(t *testing.T) {
			if self != 0 && leg.cond != (conformanceCondition{self, self}) {
				t.Skip("only root can set this up")
			}
			c.compare(t, leg)
		})
	}
}

// A conformanceLeg is one way to run the suite through go-safe.
type conformanceLeg struct {
	name string
	cond conformanceCondition
	env  []string
}

// A conformanceCondition is what a run through go-safe has in common with the plain run that it is compared with.
type conformanceCondition struct {
	uid   int // of the suite's processes
	owner int // of the scripts' directories and of GOCACHE
}

// A conformanceCure is an assertion that plain go fails where go-safe makes it work. It is expected to fail through
// go-safe, and nothing before it.
type conformanceCure struct {
	script  string
	as      func(uid int) bool // the users with whom the script comes to the assertion
	passage string             // of the script, where it stands once; the last line is the assertion
	reason  string
}

var conformanceCures = []conformanceCure{{
	script:  "build_nocache",
	as:      func(uid int) bool { return uid != 0 },
	passage: "env GOCACHE=$WORK/unwritable/home\n! go build -o triv triv.go\n",
	reason:  "a GOCACHE that is not writable is replaced by a private one",
}}

// result is what the script, of which source is the text, is to end with.
func (c conformanceCure) result(source string) (string, error) {
	if n := strings.Count(source, c.passage); n != 1 {
		return "", fmt.Errorf("%s.txt has the passage of its cure %d times, not once:\n%s", c.script, n, c.passage)
	}
	before, _, _ := strings.Cut(source, c.passage)
	return fmt.Sprintf("fail in line %d", strings.Count(before+c.passage, "\n")), nil
}

// conformanceTimeout is for one run of the suite, and the same for all: the suite derives from it how long it
// waits for programs that a script left behind.
func conformanceTimeout() time.Duration {
	if *full {
		return 2 * time.Hour
	}
	return 30 * time.Minute
}

// A conformanceSuite is what the legs share.
type conformanceSuite struct {
	root   string // others may go through it
	source string // src/cmd of GOROOT
	binary string // the suite, compiled with the overlay
	shim   string // go-safe
	seed   string // a GOCACHE that holds what the suite was built from

	plain map[conformanceCondition]conformanceResults
}

func newConformance(t *testing.T) *conformanceSuite {
	root := newRoot(t)
	goroot := strings.TrimSpace(mustRun(t, exec.Command("go", "env", "GOROOT")))
	c := &conformanceSuite{
		root:   root,
		source: filepath.Join(goroot, "src", "cmd"),
		binary: filepath.Join(root, "cmdgo.test"),
		shim:   filepath.Join(root, "go-safe"),
		seed:   filepath.Join(root, "seed"),
		plain:  make(map[conformanceCondition]conformanceResults),
	}
	overlay, err := c.writeOverlay()
	if err != nil {
		t.Fatal(err)
	}

	build := exec.Command("go", "build", "-buildvcs=false", "-o", c.shim, "../cmd/go-safe")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	mustRun(t, build)
	compile := exec.Command("go", "test", "-c", "-overlay="+overlay, "-o", c.binary, "cmd/go")
	compile.Env = append(slices.DeleteFunc(os.Environ(), isConformanceVariable), "GOENV=off", "GOCACHE="+c.seed)
	mustRun(t, compile)

	for _, program := range []string{c.shim, c.binary} {
		if err := os.Chmod(program, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

// A conformanceEdit replaces a text that stands exactly once in a file below src/cmd.
type conformanceEdit struct {
	file, old, new string
}

// conformanceEdits make the suite's go a link to go-safe, hand the scripts' directories to another owner or make their
// module caches shared ones, and let scripts see what go-safe reads. Without the variables that conformanceHooks reads they change nothing.
//
// The last one is for all runs: no process is started that prepares telemetry for upload. It outlives the
// go command and may make its folder again after a script has removed it: a slow one fails the script
// telemetry, or leaves files behind, for which the suite fails as a whole.
var conformanceEdits = []conformanceEdit{
	{"go/go_test.go", "os.Symlink(testExe, testGo)", "conformanceLink(testExe, testGo)"},
	{"go/script_test.go", "s.ExtractFiles(a)", "conformanceExtract(s, a, workdir)"},
	{"go/script_test.go", "var extraEnvKeys = []string{", `var extraEnvKeys = []string{"GOSAFE_GO", "GOSAFE_EXEC", "GOSAFE_LOCK",`},
	{
		"internal/telemetry/telemetry.go",
		"telemetry.Start(telemetry.Config{\n\t\tUpload:       true,",
		"telemetry.Start(telemetry.Config{\n\t\tUpload:       false,",
	},
}

// conformanceHooks is a file of the suite of our own. An error of conformanceLink must not be returned: the
// suite would copy its own executable instead, and run without go-safe.
const conformanceHooks = `package main_test

import (
	"internal/txtar"
	"log"
	"os"
	"path/filepath"
	"strconv"

	"cmd/internal/script"
)

func conformanceLink(testExe, testGo string) error {
	shim := os.Getenv("GOSAFE_CONFORMANCE_SHIM")
	if shim == "" {
		return os.Symlink(testExe, testGo)
	}
	real := filepath.Join(testTmpDir, "testbin2", filepath.Base(testGo))
	if err := os.Mkdir(filepath.Dir(real), 0o777); err != nil {
		log.Fatal(err)
	}
	if err := os.Symlink(testExe, real); err != nil {
		log.Fatal(err)
	}
	if err := os.Symlink(shim, testGo); err != nil {
		log.Fatal(err)
	}
	return os.Setenv("GOSAFE_GO", real)
}

func conformanceExtract(s *script.State, a *txtar.Archive, workdir string) error {
	if err := s.ExtractFiles(a); err != nil {
		return err
	}
	if os.Getenv("GOSAFE_CONFORMANCE_SHARED") != "" {
		mod := filepath.Join(workdir, "gopath", "pkg", "mod")
		if err := os.MkdirAll(mod, 0o777); err != nil {
			return err
		}
		if err := os.Chmod(mod, 0o775|os.ModeSetgid); err != nil {
			return err
		}
	}
	name := os.Getenv("GOSAFE_CONFORMANCE_OWNER")
	if name == "" {
		return nil
	}
	owner, err := strconv.Atoi(name)
	if err != nil {
		return err
	}
	return filepath.WalkDir(workdir, func(path string, _ os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Lchown(path, owner, owner)
	})
}
`

// writeOverlay writes the edited files and the list of them that go test -overlay takes.
func (c *conformanceSuite) writeOverlay() (name string, err error) {
	files := map[string]string{"go/gosafe_test.go": conformanceHooks}
	for _, e := range conformanceEdits {
		if err := e.apply(c.source, files); err != nil {
			return "", err
		}
	}
	replace := make(map[string]string)
	for file, text := range files {
		path := filepath.Join(c.root, "overlay", file)
		replace[filepath.Join(c.source, file)] = path
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return "", err
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			return "", err
		}
	}
	list, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}
	name = filepath.Join(c.root, "overlay.json")
	return name, os.WriteFile(name, list, 0o644)
}

// apply edits the text in files, or that of the file in dir where files has none yet.
func (e conformanceEdit) apply(dir string, files map[string]string) error {
	text, ok := files[e.file]
	if !ok {
		data, err := os.ReadFile(filepath.Join(dir, e.file))
		if err != nil {
			return err
		}
		text = string(data)
	}
	if n := strings.Count(text, e.old); n != 1 {
		return fmt.Errorf("%s has %q %d times, not once: conformanceEdits do not fit this Go version", filepath.Join(dir, e.file), e.old, n)
	}
	files[e.file] = strings.Replace(text, e.old, e.new, 1)
	return nil
}

// compare runs the leg, and the plain suite in the same condition unless another leg has done so.
func (c *conformanceSuite) compare(t *testing.T, leg conformanceLeg) {
	plain, ok := c.plain[leg.cond]
	if !ok {
		plain = c.run(t, leg.cond, nil)
		t.Logf("plain go: %v", plain)
		c.plain[leg.cond] = plain
	}
	safe := c.run(t, leg.cond, append([]string{"GOSAFE_CONFORMANCE_SHIM=" + c.shim}, leg.env...))
	cured := c.cured(t, leg.cond)
	differences := diffConformance(plain, safe, cured)
	for _, d := range differences {
		t.Errorf("%s\nlog with go-safe:\n%s", d, safe[d.script].log.String())
	}
	t.Logf("go-safe: %v; differences: %d; cured: %d", safe, len(differences), len(cured))
}

// cured returns the scripts that have a cure in this condition, and the results expected with go-safe.
func (c *conformanceSuite) cured(t *testing.T, cond conformanceCondition) map[string]string {
	cured := make(map[string]string)
	for _, cure := range conformanceCures {
		if !cure.as(cond.uid) {
			continue
		}
		source, err := os.ReadFile(filepath.Join(c.source, "go", "testdata", "script", cure.script+".txt"))
		if err != nil {
			t.Fatal(err)
		}
		cured[cure.script], err = cure.result(string(source))
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: expected to %s: %s", cure.script, cured[cure.script], cure.reason)
	}
	return cured
}

// run runs the suite once. Each run finds the same: the same paths, a GOCACHE with the same in it.
func (c *conformanceSuite) run(t *testing.T, cond conformanceCondition, env []string) conformanceResults {
	if d, ok := t.Deadline(); ok && time.Until(d) < conformanceTimeout() {
		t.Fatalf("less than %v left for a run of the suite; -timeout must be longer", conformanceTimeout())
	}
	dir := c.makeRunDir(t, cond)
	for _, dir := range append(missingFolders(cond.uid), dir) {
		defer removeTree(dir)
	}

	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(t.Context(), c.binary, "-test.run="+c.pattern(t), fmt.Sprintf("-test.short=%v", !*full),
		"-test.v=test2json", "-test.timeout="+conformanceTimeout().String())
	cmd.Dir = filepath.Join(c.source, "go")
	cmd.Env = append(c.environ(dir), env...)
	if cond.owner != cond.uid {
		cmd.Env = append(cmd.Env, "GOSAFE_CONFORMANCE_OWNER="+strconv.Itoa(cond.owner))
	}
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if cond.uid != os.Geteuid() {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(cond.uid), Gid: uint32(cond.uid)}}
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

// scripts are the names of those that run. README is among them: the suite has a test for it.
func (c *conformanceSuite) scripts(t *testing.T) (names []string) {
	t.Helper()
	dir := filepath.Join(c.source, "go", "testdata", "script")
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(filepath.Join(dir, file.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if !*full || bytes.Contains(text, []byte("short]")) {
			names = append(names, strings.TrimSuffix(file.Name(), ".txt"))
		}
	}
	return names
}

// pattern chooses them for -test.run.
func (c *conformanceSuite) pattern(t *testing.T) string {
	if !*full {
		return "^TestScript$"
	}
	return "^TestScript$/^(" + strings.Join(c.scripts(t), "|") + ")$"
}

// makeRunDir makes the directories that a run of the suite uses, and gives them their owners.
func (c *conformanceSuite) makeRunDir(t *testing.T, cond conformanceCondition) string {
	dir := filepath.Join(c.root, "run")
	for name, owner := range map[string]int{"home": cond.uid, "tmp": cond.uid, "cache": cond.owner} {
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

// missingFolders are those outside of the run's own directory that it may make, without those that are there.
// Scripts count on the homes to be missing, but run by root the go command makes them, for its telemetry. The
// others are private folders of go-safe; the user who runs this test keeps his.
func missingFolders(uid int) []string {
	folders := []string{"/no-home", "/test-go-home-does-not-exist"}
	if uid != os.Geteuid() {
		folders = append(folders, fmt.Sprintf("/tmp/go-%d", uid), fmt.Sprintf("/var/tmp/go-%d", uid))
	}
	return slices.DeleteFunc(folders, func(dir string) bool {
		_, err := os.Lstat(dir)
		return err == nil
	})
}

// environ is that of go test cmd/go, for a user who has no settings.
func (c *conformanceSuite) environ(dir string) []string {
	bin := filepath.Join(c.source, "../../bin")
	return append(slices.DeleteFunc(os.Environ(), isConformanceVariable),
		"PATH="+bin+string(filepath.ListSeparator)+os.Getenv("PATH"),
		"HOME="+filepath.Join(dir, "home"),
		"TMPDIR="+filepath.Join(dir, "tmp"),
		"GOCACHE="+filepath.Join(dir, "cache"),
	)
}

// isConformanceVariable reports whether the variable changes what go commands do, go-safe's own variables included.
func isConformanceVariable(kv string) bool {
	return isGoVariable(kv) || strings.HasPrefix(kv, "XDG_")
}

// A conformanceResult is the result of a script.
type conformanceResult struct {
	action string // pass, skip or fail
	log    strings.Builder
}

// conformanceFailure is how the suite says which assertion failed.
var conformanceFailure = regexp.MustCompile(`FAIL: testdata/script/[^ ]+\.txt:([0-9]+): `)

// String is what is compared: two scripts that fail in different lines do not do the same.
func (r *conformanceResult) String() string {
	m := conformanceFailure.FindStringSubmatch(r.log.String())
	if r.action != "fail" || m == nil {
		return r.action
	}
	return "fail in line " + m[1]
}

// conformanceResults are those of all scripts by their names.
type conformanceResults map[string]*conformanceResult

// String counts them, and names those that failed.
func (r conformanceResults) String() string {
	failed := r.with("fail")
	s := fmt.Sprintf("%d scripts: %d passed, %d skipped, %d failed", len(r), len(r.with("pass")), len(r.with("skip")), len(failed))
	if len(failed) > 0 {
		s += fmt.Sprintf(" %q", failed)
	}
	return s
}

// add takes an event of go test -json (go doc test2json).
func (r conformanceResults) add(name, action, output string) {
	if r[name] == nil {
		r[name] = new(conformanceResult)
	}
	switch action {
	case "pass", "skip", "fail":
		r[name].action = action
	case "output":
		r[name].log.WriteString(output)
	}
}

// with returns the names of the scripts that ended so.
func (r conformanceResults) with(action string) []string {
	var names []string
	for name, result := range r {
		if result.action == action {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// parseConformance reads the output of a test executable, which go tool test2json knows to attribute to tests.
func parseConformance(t *testing.T, output *bytes.Buffer) conformanceResults {
	t.Helper()
	test2json := exec.Command("go", "tool", "test2json")
	test2json.Stdin = output
	results := make(conformanceResults)
	for line := range strings.Lines(mustRun(t, test2json)) {
		var event struct{ Action, Test, Output string }
		if err := json.Unmarshal([]byte(line), &event); err != nil {
			t.Fatal(err)
		}
		name, ok := strings.CutPrefix(event.Test, "TestScript/")
		if !ok {
			continue
		}
		results.add(name, event.Action, event.Output)
	}
	return results
}

// checkComplete fails the test unless each script has a result, and the suite failed exactly if one of them did.
func (c *conformanceSuite) checkComplete(t *testing.T, results conformanceResults, err error, stderr string) {
	t.Helper()
	names := c.scripts(t)
	var missing []string
	for _, name := range names {
		if results[name] == nil || results[name].action == "" {
			missing = append(missing, name)
		}
	}
	switch {
	case len(missing) > 0 || len(results) != len(names):
		t.Fatalf("%v, of %d; without a result: %q; the suite ended with %v\n%s", results, len(names), missing, err, stderr)
	case (err != nil) != (len(results.with("fail")) > 0):
		t.Fatalf("%v, but the suite ended with %v\n%s", results, err, stderr)
	}
}

// A conformanceDifference is one between plain go and go-safe that should not be, or one missing that should be.
type conformanceDifference struct {
	script, plain, safe string
	cured               string // the result with go-safe that was expected instead, if one was
}

func (d conformanceDifference) String() string {
	s := fmt.Sprintf("%s: %s with plain go, %s with go-safe", d.script, d.plain, d.safe)
	if d.cured != "" {
		s += "; expected for its cure: pass and " + d.cured
	}
	return s
}

// diffConformance compares the results of the same scripts; cured has those that are to differ.
func diffConformance(plain, safe conformanceResults, cured map[string]string) []conformanceDifference {
	var differences []conformanceDifference
	for _, script := range slices.Sorted(maps.Keys(plain)) {
		d := conformanceDifference{script, plain[script].String(), safe[script].String(), cured[script]}
		same := d.plain == d.safe
		if d.cured != "" {
			same = d.plain == "pass" && d.safe == d.cured
		}
		if !same {
			differences = append(differences, d)
		}
	}
	return differences
}

// conformanceUIDs returns two users without a passwd entry, as containers have them.
func conformanceUIDs(t *testing.T) (first, second int) {
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

// The comparison must see what it is there to see.
func TestConformanceDifferences(t *testing.T) {
	const log = "x: FAIL: testdata/script/s.txt:3: go build: unexpected success\n"
	for _, test := range []struct {
		plain, safe string
		log         string // of both
		cured       string
		same        bool
	}{
		{plain: "pass", safe: "pass", same: true},
		{plain: "fail", safe: "fail", same: true},
		{plain: "pass", safe: "skip"},
		{plain: "pass", safe: "fail"},
		{plain: "fail", safe: "pass"},
		{plain: "pass", safe: "fail", log: log, cured: "fail in line 3", same: true},
		{plain: "pass", safe: "fail", log: log, cured: "fail in line 4"},
		{plain: "pass", safe: "fail", cured: "fail in line 3"},
		{plain: "pass", safe: "pass", cured: "fail in line 3"},
		{plain: "fail", safe: "fail", log: log, cured: "fail in line 3"},
	} {
		plain, safe := conformanceResults{"s": {action: test.plain}}, conformanceResults{"s": {action: test.safe}}
		plain["s"].log.WriteString(test.log)
		safe["s"].log.WriteString(test.log)
		if d := diffConformance(plain, safe, map[string]string{"s": test.cured}); (len(d) == 0) != test.same {
			t.Errorf("%+v: differences: %v", test, d)
		}
	}
}

// A cure is for one assertion of the script, whatever lines other Go versions have before it.
func TestConformanceCure(t *testing.T) {
	c := conformanceCure{script: "s", passage: "env A=b\n! go build\n"}
	if got, err := c.result("# comment\nenv A=b\n! go build\nstderr x\n"); err != nil || got != "fail in line 3" {
		t.Errorf("result() = %q, %v; want fail in line 3", got, err)
	}
	for _, source := range []string{"! go build\n", c.passage + c.passage} {
		if _, err := c.result(source); err == nil {
			t.Errorf("result(%q): no error", source)
		}
	}
}

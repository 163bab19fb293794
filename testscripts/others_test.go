//go:build unix

package testscripts

import (
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

var others = flag.Bool("others", false,
	"run other people's tests and tools through go-safe; with -long those that take long, and only those")

// otherVersions pins the versions of other people's software. The caller's go command downloads it.
var otherVersions = map[string]string{
	"github.com/go-delve/delve":            "v1.27.2",
	"github.com/golangci/golangci-lint/v2": "v2.15.0",
	"github.com/goreleaser/goreleaser/v2":  "v2.14.3",
	"github.com/magefile/mage":             "v1.17.2",
	"github.com/rogpeppe/go-internal":      "v1.16.0",
	"golang.org/x/tools":                   "v0.52.0",
	"golang.org/x/tools/gopls":             "v0.23.0",
	"gotest.tools/gotestsum":               "v1.13.0",
	"honnef.co/go/tools":                   "v0.8.2",
	"mvdan.cc/garble":                      "v0.17.0",
}

// An otherSuite is a module's own tests.
type otherSuite struct {
	module   string
	packages []string
	flags    []string
	long     bool
	needs    string // the prefix of the Go version that the module is made for
}

var otherSuites = []otherSuite{
	{module: "golang.org/x/tools", packages: []string{"./go/packages", "./internal/gocommand", "./internal/imports",
		"./go/analysis/unitchecker"}, long: true},
	// -short skips one test, which builds goreleaser and runs it. TestOthersTools does that too.
	{module: "github.com/magefile/mage", packages: []string{"./..."}, flags: []string{"-short"}, long: true},
	// Its authors call this test flaky: it depends on which of two goroutines reads first, of standard output and error.
	{module: "gotest.tools/gotestsum", packages: []string{"./..."},
		flags: []string{"-skip=^TestScanTestOutput_WithDotsFormatter$"}},
	{module: "github.com/rogpeppe/go-internal", packages: []string{"./..."}, long: true},
	{module: "mvdan.cc/garble", packages: []string{"."}, flags: []string{"-short"}, needs: "go1.26", long: true},
}

// TestOthers runs other people's tests by plain go and through go-safe, and compares the results.
//
//	go test ./testscripts -run TestOthers -others -v -timeout 30m
//
// go test puts GOROOT/bin first on its tests' PATH. -exec puts go-safe first again, so that the tests run go-safe too.
func TestOthers(t *testing.T) {
	o := newOthers(t)
	for _, suite := range otherSuites {
		t.Run(path.Base(suite.module), func(t *testing.T) {
			if suite.long != *long {
				t.Skip("-long chooses")
			}
			if !strings.HasPrefix(o.goVersion, suite.needs) {
				t.Skipf("%s is made for %s", suite.module, suite.needs)
			}
			o.compare(t, suite)
		})
	}
}

// An otherSoftware is what these tests share: the programs, and a directory for a run. Each run has the same path,
// and starts with a new directory.
type otherSoftware struct {
	root      string
	goVersion string
	system    string // the caller's PATH without a go
	plain     string // the directory of the true go
	safe      string // the directory of go-safe as go
	environ   []string
}

func newOthers(t *testing.T) *otherSoftware {
	if !*others {
		t.Skip("it takes some minutes and the network; to run it: -others")
	}
	root := newRoot(t)
	o := &otherSoftware{
		root:      root,
		goVersion: goEnv(t, "GOVERSION"),
		system:    pathWithoutGo(os.Getenv("PATH")),
		plain:     filepath.Join(goEnv(t, "GOROOT"), "bin"),
		safe:      filepath.Join(root, "safe"),
	}
	// The tests use the caller's settings and caches, and a new home.
	o.environ = os.Environ()
	for _, name := range []string{"GOCACHE", "GOMODCACHE", "GOENV"} {
		o.environ = append(o.environ, name+"="+goEnv(t, name))
	}
	o.environ = append(o.environ, "HOME="+o.path("run", "home"), "TMPDIR="+o.path("run", "tmp"), noUpload)
	build := exec.Command("go", "build", "-o", filepath.Join(o.safe, "go"), "../cmd/go-safe")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	mustRun(t, build)
	return o
}

func (o *otherSoftware) path(names ...string) string {
	return filepath.Join(append([]string{o.root}, names...)...)
}

// search returns a PATH with the go in dir first. Behind go-safe comes the true go.
func (o *otherSoftware) search(dir string) string {
	return strings.Join([]string{dir, o.plain, o.system}, string(filepath.ListSeparator))
}

// source makes the directory of a run anew, with the files of the module in it. It returns the directory of the
// module.
func (o *otherSoftware) source(t *testing.T, module string) string {
	t.Helper()
	removeTree(o.path("run"))
	for _, name := range []string{"home", "tmp"} {
		if err := makeDir(o.path("run", name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	dir := o.path("run", "module")
	if module == "" {
		return dir
	}
	download := exec.Command(filepath.Join(o.plain, "go"), "mod", "download", "-json", module+"@"+otherVersions[module])
	download.Dir, download.Env = o.root, o.environ
	var downloaded struct{ Dir string }
	if err := json.Unmarshal([]byte(mustGet(t, download)), &downloaded); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(dir, os.DirFS(downloaded.Dir)); err != nil {
		t.Fatal(err)
	}
	return dir
}

// mustGet runs a go command that downloads other people's software, and returns its standard output. It skips the
// test if the software needs a newer go command.
func mustGet(t *testing.T, cmd *exec.Cmd) string {
	t.Helper()
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if all := string(out) + stderr.String(); err != nil && strings.Contains(all, "(running go ") {
		t.Skipf("%v: %s", cmd, all)
	} else if err != nil {
		t.Fatalf("%v: %v\n%s", cmd, err, all)
	}
	return string(out)
}

// command returns a command that runs in the module, with the go in dir.
func (o *otherSoftware) command(t *testing.T, dir, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Dir = o.path("run", "module")
	cmd.Env = append(slices.Clone(o.environ), "PATH="+o.search(dir))
	return cmd
}

// compare runs the suite and fails for each test that has another result with go-safe. If there is one, plain go runs
// the suite again: tests whose results differ between the two runs of plain go do not count.
func (o *otherSoftware) compare(t *testing.T, suite otherSuite) {
	plain, safe := o.run(t, suite, o.plain), o.run(t, suite, o.safe)
	again := plain
	if d := diffOthers(plain, plain, safe); len(d.differ) > 0 {
		for _, name := range d.differ {
			t.Logf("%s: %s with plain go, %s with go-safe\nlog with plain go:\n%s\nlog with go-safe:\n%s", name,
				plain.action(name), safe.action(name), plain.log(name), safe.log(name))
		}
		again = o.run(t, suite, o.plain)
	}
	d := diffOthers(plain, again, safe)
	for _, name := range d.differ {
		t.Errorf("%s: %s with plain go, twice, and %s with go-safe", name, plain.action(name), safe.action(name))
	}
	t.Logf("%s %s: plain go: %v; go-safe: %v; same: %d, unsteady with plain go: %q, differences: %d", suite.module,
		otherVersions[suite.module], plain, safe, d.same, d.unsteady, len(d.differ))
	if len(plain.with("pass")) == 0 {
		t.Error("no test passed with plain go: nothing is compared")
	}
}

// run runs the tests of the suite once. Tests that fail are no error here.
func (o *otherSoftware) run(t *testing.T, suite otherSuite, dir string) otherResults {
	t.Helper()
	o.source(t, suite.module)
	args := slices.Concat([]string{"test", "-json", "-count=1", "-timeout=60m", "-exec=env 'PATH=" + o.search(dir) + "'"},
		suite.flags, suite.packages)
	cmd := o.command(t, dir, filepath.Join(dir, "go"), args...)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	start := time.Now()
	out, err := cmd.Output()
	results, parseErr := parseOthers(string(out))
	if parseErr != nil {
		t.Fatalf("%v: %v\n%v\n%s", cmd, err, parseErr, stderr.String())
	}
	t.Logf("%s took %v; stderr: %q", cmd.Path, time.Since(start).Round(time.Second), stderr.String())
	return results
}

// otherResults has the results of tests by package and name, and of packages by name.
type otherResults map[string]*conformanceResult

func (r otherResults) with(action string) []string { return conformanceResults(r).with(action) }

func (r otherResults) action(name string) string {
	if r[name] == nil || r[name].action == "" {
		return "no result"
	}
	return r[name].action
}

func (r otherResults) log(name string) string {
	if r[name] == nil {
		return ""
	}
	return r[name].log.String()
}

// String counts the results, and names the failures.
func (r otherResults) String() string {
	return fmt.Sprintf("%d results: %d passed, %d skipped, failed: %q", len(r), len(r.with("pass")), len(r.with("skip")),
		r.with("fail"))
}

// otherTemp matches the random part in names of tests that contain a temporary directory.
var otherTemp = regexp.MustCompile(`(run/tmp/[^/]*?)[0-9]+/`)

// parseOthers reads the output of go test -json.
func parseOthers(output string) (otherResults, error) {
	results := make(otherResults)
	for line := range strings.Lines(output) {
		var event struct{ Action, Package, Test, Output string }
		if err := json.Unmarshal([]byte(line), &event); err != nil {
			return nil, fmt.Errorf("%w: %s", err, line)
		}
		name := otherTemp.ReplaceAllString(strings.TrimSpace(event.Package+" "+event.Test), "${1}N/")
		if name == "" {
			continue // output of the compiler has an ImportPath instead
		}
		conformanceResults(results).add(name, event.Action, event.Output)
	}
	return results, nil
}

type otherDifference struct {
	same             int
	unsteady, differ []string
}

// diffOthers compares two runs of plain go with one of go-safe.
func diffOthers(first, second, safe otherResults) otherDifference {
	var d otherDifference
	names := make(map[string]bool)
	for _, results := range []otherResults{first, second, safe} {
		for name := range results {
			names[name] = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		switch plain := first.action(name); {
		case plain != second.action(name):
			d.unsteady = append(d.unsteady, name)
		case plain != safe.action(name):
			d.differ = append(d.differ, name)
		default:
			d.same++
		}
	}
	return d
}

// The comparison sees each kind of difference.
func TestOthersDifferences(t *testing.T) {
	parse := func(lines ...string) otherResults {
		r, err := parseOthers(strings.Join(lines, "\n"))
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	line := func(action, test string) string {
		return fmt.Sprintf(`{"Action":%q,"Package":"p","Test":%q}`, action, test)
	}
	plain := parse(line("run", "A"), line("pass", "A"), line("pass", "B"), line("pass", "C"),
		line("skip", "run/tmp/D1/1"))
	again := parse(line("pass", "A"), line("fail", "B"), line("pass", "C"), line("skip", "run/tmp/D2/1"))
	safe := parse(line("run", "A"), line("pass", "B"), line("fail", "C"), line("skip", "run/tmp/D31/1"),
		line("pass", "E"))
	d := diffOthers(plain, again, safe)
	if got := fmt.Sprint(d.same, d.unsteady, d.differ); got != "1 [p B] [p A p C p E]" {
		t.Errorf("diffOthers: %s", got)
	}
	if _, err := parseOthers("panic: no JSON\n"); err == nil {
		t.Error("no error for a line that is not JSON")
	}
}

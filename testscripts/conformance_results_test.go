//go:build unix

package testscripts

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// An expectedFailure is an assertion that cannot hold with go-safe: that plain go fails where go-safe works, or that
// the file under test is the go command. So the script must pass with plain go, and fail at this assertion with
// go-safe.
type expectedFailure struct {
	script  string
	applies func(uid int) bool // the users with whom the script reaches the assertion
	passage string             // the script contains it once; its last line is the assertion
	reason  string
}

var expectedFailures = []expectedFailure{{
	script:  "build_nocache",
	applies: func(uid int) bool { return uid != 0 },
	passage: "env GOCACHE=$WORK/unwritable/home\n! go build -o triv triv.go\n",
	reason:  "a GOCACHE that is not writable is replaced by a private one",
}, {
	script:  "list_goroot_symlink",
	applies: func(int) bool { return *full },
	passage: "exec $WORK/lib/goroot/bin/go env GOROOT\nstdout $WORK${/}lib${/}goroot\n",
	reason:  "the script copies the file of the go command to another GOROOT, and here that file is go-safe",
}}

// result returns the expected result of the script. source is its text.
func (e expectedFailure) result(source string) (string, error) {
	if n := strings.Count(source, e.passage); n != 1 {
		return "", fmt.Errorf("%s.txt has the passage %d times, not once:\n%s", e.script, n, e.passage)
	}
	before, _, _ := strings.Cut(source, e.passage)
	return fmt.Sprintf("fail in line %d", strings.Count(before+e.passage, "\n")), nil
}

// expected returns the result with go-safe of each script that is expected to fail.
func (c *conformanceSuite) expected(t *testing.T, users conformanceUsers) map[string]string {
	expected := make(map[string]string)
	for _, e := range expectedFailures {
		if !e.applies(users.uid) {
			continue
		}
		source, err := os.ReadFile(filepath.Join(c.scriptDir(), e.script+".txt"))
		if err != nil {
			t.Fatal(err)
		}
		expected[e.script], err = e.result(string(source))
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: expected to %s: %s", e.script, expected[e.script], e.reason)
	}
	return expected
}

// A conformanceResult is the result of a script.
type conformanceResult struct {
	action string // pass, skip or fail
	log    strings.Builder
}

// conformanceFailure matches the line in which the suite says which assertion failed.
var conformanceFailure = regexp.MustCompile(`FAIL: testdata/script/[^ ]+\.txt:([0-9]+): `)

// String is what is compared. Two scripts that fail in different lines have different results.
func (r *conformanceResult) String() string {
	m := conformanceFailure.FindStringSubmatch(r.log.String())
	if r.action != "fail" || m == nil {
		return r.action
	}
	return "fail in line " + m[1]
}

// conformanceResults has the results of all scripts, by name.
type conformanceResults map[string]*conformanceResult

// String counts the results, and names the scripts that failed.
func (r conformanceResults) String() string {
	failed := r.with("fail")
	s := fmt.Sprintf("%d scripts: %d passed, %d skipped, %d failed",
		len(r), len(r.with("pass")), len(r.with("skip")), len(failed))
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

// with returns the names of the scripts that ended with the action.
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

// parseConformance reads the output of a test executable. go tool test2json knows which test printed which line.
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
	var missing []string
	for _, name := range c.scripts {
		if results[name] == nil || results[name].action == "" {
			missing = append(missing, name)
		}
	}
	switch {
	case len(missing) > 0 || len(results) != len(c.scripts):
		t.Fatalf("%v, of %d; without a result: %q; the suite ended with %v\n%s",
			results, len(c.scripts), missing, err, stderr)
	case (err != nil) != (len(results.with("fail")) > 0):
		t.Fatalf("%v, but the suite ended with %v\n%s", results, err, stderr)
	}
}

// A conformanceDifference is an unexpected difference between plain go and go-safe, or a missing expected one.
type conformanceDifference struct {
	script, plain, safe string
	expected            string // the expected result with go-safe, if it is not that of plain go
}

func (d conformanceDifference) String() string {
	s := fmt.Sprintf("%s: %s with plain go, %s with go-safe", d.script, d.plain, d.safe)
	if d.expected != "" {
		s += "; expected: pass and " + d.expected
	}
	return s
}

// diffConformance compares the results of the same scripts. expected has the scripts that must differ.
func diffConformance(plain, safe conformanceResults, expected map[string]string) []conformanceDifference {
	var differences []conformanceDifference
	for _, script := range slices.Sorted(maps.Keys(plain)) {
		d := conformanceDifference{script, plain[script].String(), safe[script].String(), expected[script]}
		same := d.plain == d.safe
		if d.expected != "" {
			same = d.plain == "pass" && d.safe == d.expected
		}
		if !same {
			differences = append(differences, d)
		}
	}
	return differences
}

// The comparison sees each kind of difference.
func TestConformanceDifferences(t *testing.T) {
	const log = "x: FAIL: testdata/script/s.txt:3: go build: unexpected success\n"
	for _, test := range []struct {
		plain, safe string
		log         string // of both
		expected    string
		same        bool
	}{
		{plain: "pass", safe: "pass", same: true},
		{plain: "fail", safe: "fail", same: true},
		{plain: "pass", safe: "skip"},
		{plain: "pass", safe: "fail"},
		{plain: "fail", safe: "pass"},
		{plain: "pass", safe: "fail", log: log, expected: "fail in line 3", same: true},
		{plain: "pass", safe: "fail", log: log, expected: "fail in line 4"},
		{plain: "pass", safe: "fail", expected: "fail in line 3"},
		{plain: "pass", safe: "pass", expected: "fail in line 3"},
		{plain: "fail", safe: "fail", log: log, expected: "fail in line 3"},
	} {
		plain, safe := conformanceResults{"s": {action: test.plain}}, conformanceResults{"s": {action: test.safe}}
		plain["s"].log.WriteString(test.log)
		safe["s"].log.WriteString(test.log)
		if d := diffConformance(plain, safe, map[string]string{"s": test.expected}); (len(d) == 0) != test.same {
			t.Errorf("%+v: differences: %v", test, d)
		}
	}
}

// An expected failure is found by its text, so other Go versions may have other lines before it.
func TestExpectedFailure(t *testing.T) {
	e := expectedFailure{script: "s", passage: "env A=b\n! go build\n"}
	if got, err := e.result("# comment\nenv A=b\n! go build\nstderr x\n"); err != nil || got != "fail in line 3" {
		t.Errorf("result() = %q, %v; want fail in line 3", got, err)
	}
	for _, source := range []string{"! go build\n", e.passage + e.passage} {
		if _, err := e.result(source); err == nil {
			t.Errorf("result(%q): no error", source)
		}
	}
}

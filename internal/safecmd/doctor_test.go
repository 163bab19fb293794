package safecmd

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/go-safe/go-safe/internal/doctor"
	"github.com/go-safe/go-safe/internal/proc"
	"github.com/go-safe/go-safe/internal/say"
)

// Every check is in the manual, and a script makes its condition, runs its advice and sees it pass. No advice can
// raise the limit of open files: see doctor_open_files. For cpus a machine with more than two processors is needed: see
// TestCPUs.
func TestChecksAreProven(t *testing.T) {
	manual, err := os.ReadFile("../../cmd/go-safe/doc.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range doctor.WindowsChecks() { // judged by recorded facts
		if !regexp.MustCompile(`\t(.*, )?`+c.ID+`(,|\n)`).Match(manual) || c.Why == "" || c.Now == "" {
			t.Errorf("%s is not in doc.go, or has no reason", c.ID)
		}
	}
	treated := treatedIn(t, "../../testscripts/doctor_*.txtar")
	seen := make(map[string]bool)
	for _, c := range slices.Concat(doctor.Checks(), doctor.LoginChecks(), doctor.NetChecks()) {
		if seen[c.ID] {
			t.Errorf("%s is the ID of two checks", c.ID)
		}
		seen[c.ID] = true
		if !regexp.MustCompile(`\t(.*, )?` + c.ID + `(,|\n)`).Match(manual) {
			t.Errorf("%s is not in doc.go", c.ID)
		}
		ofWindows := strings.HasPrefix(c.ID, "win-")
		if c.ID != "open-files" && c.ID != "cpus" && !ofWindows && !slices.Contains(treated, c.ID) {
			t.Errorf("no script treats %s", c.ID)
		}
		if c.Why == "" || c.Group == "" {
			t.Errorf("%s has no reason or no group", c.ID)
		}
	}
}

// treatedIn returns the IDs that scripts give to treat or treat.sh.
func treatedIn(t *testing.T, pattern string) []string {
	scripts, err := filepath.Glob(pattern)
	if err != nil || len(scripts) == 0 {
		t.Fatalf("%s: %d scripts, %v", pattern, len(scripts), err)
	}
	var ids []string
	for _, script := range scripts {
		data, err := os.ReadFile(script)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`treat(?:\.sh)? ([a-z0-9-]+) [01]`).FindAllStringSubmatch(string(data), -1) {
			ids = append(ids, m[1])
		}
	}
	return ids
}

func TestWrap(t *testing.T) {
	for _, tt := range []struct {
		width      int
		text, want string
	}{
		{0, "one two three four five", "  ok  one two three four five\n"},
		{20, "one two three four five", "  ok  one two three\n    four five\n"},
		{20, "a-word-longer-than-the-screen b", "  ok\n    a-word-longer-than-the-screen\n    b\n"},
		{20, "two\nlines", "  ok  two\\nlines\n"},
	} {
		var b strings.Builder
		doctorPrinter{w: &b, width: tt.width}.wrap("  ok  ", tt.text, indent)
		if b.String() != tt.want {
			t.Errorf("%d %q: %q, want %q", tt.width, tt.text, b.String(), tt.want)
		}
	}
}

func TestShort(t *testing.T) {
	p := doctorPrinter{home: "/home/u"}
	for text, want := range map[string]string{
		"/home/u":               "~",
		"/home/u/x of /home/u":  "~/x of ~",
		"/home/user/x":          "/home/user/x",
		"GOBIN=/home/u/bin":     "GOBIN=~/bin",
		"/mnt/home/u/x":         "/mnt/home/u/x",
		"/home/u/home/u":        "~/home/u",
		"/a:/home/u/b":          "/a:~/b",
		"uses /home/u/x; or /y": "uses ~/x; or /y",
	} {
		if got := p.short(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestParseDoctor(t *testing.T) {
	all := len(doctor.Checks())
	for line, want := range map[string]struct {
		checks, asked int
		err           string
	}{
		"":                      {all, 0, ""},
		"-v --json":             {all, 0, ""},
		"--net --login":         {all, 5, ""},
		"--only home,memory":    {2, 0, ""},
		"--net --only net-tls":  {0, 1, ""},
		"--only net-tls":        {0, 0, "net-tls goes with --net"},
		"--only shim-login":     {0, 0, "shim-login goes with --login"},
		"--only nosuch":         {0, 0, "unknown check: nosuch"},
		"--yes":                 {0, 0, "--yes and --dry-run go with --fix"},
		"--json --fix":          {0, 0, "--json and --fix exclude each other"},
		"home":                  {0, 0, "go safe doctor: unknown argument home"},
		"--nosuch":              {0, 0, "unknown"},
		"--fix --dry-run --yes": {all, 0, ""},
	} {
		v, _ := lookUpVerb("doctor")
		var cmd doctorCommand
		flags, _, err := v.parse(strings.Fields(line))
		if err == nil {
			cmd, err = parseDoctor(flags)
		}
		if err != nil || want.err != "" {
			if err == nil || want.err == "" || !strings.Contains(err.Error(), want.err) {
				t.Errorf("%s: %v, want %q", line, err, want.err)
			}
			continue
		}
		if len(cmd.checks) != want.checks || len(cmd.asked) != want.asked {
			t.Errorf("%s: %d checks, %d asked for", line, len(cmd.checks), len(cmd.asked))
		}
	}
}

// Only what --fix is for is run, a failure is told, and without a terminal nothing runs that --yes does not allow.
func TestApplyAdvice(t *testing.T) {
	if _, err := os.Stat(proc.Shell); err != nil {
		t.Skip("needs " + proc.Shell)
	}
	dir := t.TempDir()
	bad := func(advice, done string, fix bool) doctor.Finding {
		return doctor.Finding{Status: doctor.Warning, Looked: "x", Advice: advice, Done: done, Fix: fix}
	}
	results := []doctor.Result{
		{ID: "a", Finding: bad("mkdir "+dir+"/a", "made it", true)},
		{ID: "b", Finding: bad("mkdir "+dir+"/b", "", false)},
		{ID: "c", Finding: bad("echo no >&2; false", "did it", true)},
		{ID: "d", Finding: bad("echo 1 owner; echo 2 modes", "", true)},
	}
	null, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	var stdout, stderr strings.Builder
	apply := func(cmd doctorCommand) (int, error) {
		stdout.Reset()
		f := fixer{doctorCommand: cmd, doctorPrinter: doctorPrinter{w: &stdout}}
		f.say = say.Printer{W: &stderr, Environ: os.Environ()}
		err := f.apply(results, null)
		return f.runs, err
	}
	if n, err := apply(doctorCommand{fix: true}); n != 0 || err == nil || stdout.Len() > 0 {
		t.Errorf("without a terminal: %d, %v, %q", n, err, stdout.String())
	}
	n, err := apply(doctorCommand{fix: true, dryRun: true})
	want := "mkdir " + dir + "/a\necho no >&2; false\necho 1 owner; echo 2 modes\n"
	if n != 0 || err != nil || stdout.String() != want {
		t.Errorf("--dry-run: %d, %v, %q", n, err, stdout.String())
	}
	n, err = apply(doctorCommand{fix: true, yes: true})
	if n != 3 || err != nil || !strings.HasSuffix(stderr.String(), "c: exit status 1: no\n") {
		t.Errorf("--yes: %d, %v, %q", n, err, stderr.String())
	}
	want = "warning  a  x\n    fix: mkdir " + dir + "/a\n    done: made it\n\n" +
		"warning  c  x\n    fix: echo no >&2; false\n\n" +
		"warning  d  x\n    fix: echo 1 owner; echo 2 modes\n    done: 1 owner\n    done: 2 modes\n\n"
	if stdout.String() != want {
		t.Errorf("--yes: %s, want %s", stdout.String(), want)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 1 || entries[0].Name() != "a" {
		t.Errorf("%v", entries)
	}
}

// some are results of each kind.
var some = []doctor.Result{
	{ID: "bad", Group: "one", Finding: doctor.Finding{
		Status: doctor.Broken, Looked: "/h/x", Found: "is bad", Why: "it matters", Now: "nothing works",
		See: "https://a.example#bad", Advice: "rm /h/x", Details: []string{"/h/y"},
	}},
	{ID: "well", Group: "one", Finding: doctor.Finding{Status: doctor.OK, Looked: "/h"}},
	{ID: "risk", Group: "two", Finding: doctor.Finding{Status: doctor.Warning, Looked: "X=1", Fix: true}},
	{
		ID: "same", Group: "two", Cause: "bad",
		Finding: doctor.Finding{Status: doctor.Warning, Looked: "/h/z", Found: "is bad too"},
	},
	{ID: "same2", Group: "two", Cause: "bad", Finding: doctor.Finding{
		Status: doctor.Broken, Looked: "/h/x", Found: "is bad",
	}},
	{ID: "slow", Group: "two", Finding: doctor.Finding{Status: doctor.Skipped, Found: "no answer"}},
	{
		ID: "sudo", Group: "two", Milliseconds: 100,
		Finding: doctor.Finding{Status: doctor.Skipped, Looked: "sudo", Found: "only root", Excused: true},
	},
}

// Findings are alone, one for each cause, and the worst comes last. With -v all else comes before them.
func TestPrintDoctor(t *testing.T) {
	const found = `skipped  slow  no answer

warning  risk  X=1

broken   bad  ~/x: is bad
    why: it matters
    fix: rm /h/x
    now: nothing works
    also: same (~/z: is bad too), same2
    see: https://a.example#bad
`
	for name, tt := range map[string]struct {
		p       doctorPrinter
		results []doctor.Result
		want    string
	}{
		"findings": {
			doctorPrinter{}, some,
			found + "\n1 broken, 1 warning, 1 check passed, 2 skipped (-v lists them; --fix can fix 1)\n",
		},
		"-v": {
			doctorPrinter{verbose: true}, some,
			"one\nok       well               ~\ntwo\nskipped  sudo               sudo: only root\n    took 100 ms\n\n" +
				found + "    ~/y\n\n1 broken, 1 warning, 1 check passed, 2 skipped (--fix can fix 1)\n",
		},
		"well": {
			doctorPrinter{head: []string{"go-safe", "go"}}, some[1:2], "go-safe\ngo\n1 check passed (-v lists them)\n",
		},
		"--only": {
			doctorPrinter{named: true, head: []string{"go-safe"}}, some[1:2], "ok       well               ~\n1 check passed\n",
		},
	} {
		var b strings.Builder
		tt.p.w, tt.p.home = &b, "/h"
		if err := tt.p.print(tt.results, nil); err != nil {
			t.Fatal(err)
		}
		if b.String() != tt.want {
			t.Errorf("%s: %s\nwant %s", name, b.String(), tt.want)
		}
	}
	if got := doctorStatus(some); got != exitBroken {
		t.Error(got)
	}
	if got := doctorStatus(some[5:]); got != say.ExitFailed {
		t.Error(got)
	}
	if got := doctorStatus(append(some[1:3:3], some[6])); got != 0 {
		t.Error(got)
	}
}

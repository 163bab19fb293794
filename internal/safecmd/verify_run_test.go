//go:build unix

package safecmd

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/go-safe/go-safe/internal/modcache/cachetest"
	"github.com/go-safe/go-safe/internal/modverify"
	"github.com/go-safe/go-safe/internal/say"
	"golang.org/x/mod/module"
)

const (
	testEntry = "mod/cache/download/example.com/a/@v/v1.0.0"
	testTree  = "mod/example.com/a@v1.0.0"
)

// newModules makes a place whose module cache the real go has filled from a proxy.
func newModules(t *testing.T) *place {
	t.Helper()
	p := newPlace(t, t.TempDir())
	real, err := findGo(p.environ)
	if err != nil {
		t.Skip(err)
	}
	cachetest.Publish(t, p.path("proxy"), module.Version{Path: "example.com/a", Version: "v1.0.0"},
		map[string]string{"go.mod": "module example.com/a\n", "a.go": "package a\n"})
	p.set("GOPROXY=file://$W/proxy", "GOFLAGS=-modcacherw")
	cmd := exec.Command(real.Path, "mod", "download", "example.com/a@v1.0.0")
	cmd.Env = p.environ
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return p
}

// damage writes into a file of the cache.
func (p *place) damage(name, text string) {
	p.Helper()
	p.do(os.Chmod(p.path(name), 0o644))
	p.do(os.WriteFile(p.path(name), []byte(text), 0o644))
}

// timeless removes how long it took from what go safe verify printed.
func timeless(o outcome) outcome {
	o.stdout = regexp.MustCompile(` in [0-9.]+m?s\b`).ReplaceAllString(o.stdout, "")
	return o
}

// go safe verify names what is damaged, and what to run. With --heal it is healed from where the module came from.
func TestVerifyHeals(t *testing.T) {
	p := newModules(t)
	whole := outcome{stdout: "$W/mod: 1 module version verified: all as they should be\n"}
	p.is(timeless(p.run("verify")), whole)
	p.is(timeless(p.run("verify", "example.com/a@v1.0.0")), whole)
	p.is(p.run("verify", "--json"), outcome{stdout: "[]\n"})

	p.damage(testEntry+".zip", "PK")
	p.damage(testTree+"/a.go", "package evil\n")
	const run = "; run: go safe verify --heal example.com/a@v1.0.0\n"
	got := timeless(p.run("verify"))
	lines := strings.SplitAfter(got.stdout, "\n")
	if got.status != exitDamaged || got.stderr != "" || len(lines) != 4 ||
		!strings.HasPrefix(lines[0], "$W/"+testEntry+".zip ") || !strings.HasSuffix(lines[0], run) ||
		!strings.HasPrefix(lines[1], "$W/"+testTree+" ") || !strings.HasSuffix(lines[1], run) ||
		lines[2] != "$W/mod: 1 module version verified: 2 damaged\n" {
		t.Errorf("%+v", got)
	}
	got = p.run("verify", "-json")
	list := decode[[]damage](t, got)
	if got.status != exitDamaged || len(list) != 2 {
		t.Fatalf("%+v", got)
	}
	for i, want := range []string{testEntry + ".zip", testTree} {
		d := list[i]
		if d.Path != "$W/"+want || d.Module != "example.com/a@v1.0.0" || d.Healed || d.What == "" || d.Kind == "" {
			t.Errorf("%+v, want %s", d, want)
		}
	}

	healed := timeless(p.run("verify", "--heal"))
	if healed.status != 0 || strings.Count(healed.stdout, "; healed\n") != 1 ||
		!strings.Contains(healed.stdout, "; healed; if builds that read it go on failing, run: go clean -cache\n") ||
		!strings.HasSuffix(healed.stdout, "$W/mod: 1 module version verified: 2 damaged, 2 healed\n") {
		t.Errorf("%+v", healed)
	}
	p.is(timeless(p.run("verify", "--heal")), whole)
	if data, err := os.ReadFile(p.path(testTree + "/a.go")); string(data) != "package a\n" {
		t.Errorf("healed to %q, %v", data, err)
	}
}

// What cannot be fetched again is not healed, and stays as it is.
func TestVerifyWithoutProxy(t *testing.T) {
	p := newModules(t)
	p.damage(testEntry+".zip", "PK")
	p.do(os.RemoveAll(p.path(testTree)))
	p.set("GOPROXY=off")
	got := p.run("verify", "--heal", "--json")
	list := decode[[]damage](t, got)
	if got.status != exitDamaged || len(list) != 1 || list[0].Healed || list[0].Problem == "" {
		t.Errorf("%+v", got)
	}
	text := timeless(p.run("verify", "--heal"))
	if text.status != exitDamaged || !strings.Contains(text.stdout, "; not healed: ") ||
		!strings.HasSuffix(text.stdout, ": 1 damaged, 0 healed\n") {
		t.Errorf("%+v", text)
	}
	if data, err := os.ReadFile(p.path(testEntry + ".zip")); string(data) != "PK" {
		t.Errorf("left %q, %v", data, err)
	}
}

// A module cache that is missing is in order. One that is no directory, or has no name, is not.
func TestVerifyNothing(t *testing.T) {
	p := newPlace(t, t.TempDir())
	p.write(map[string]string{"file": ""})
	const as = " module versions verified: all as they should be\n"
	for _, tt := range []struct {
		dir  string
		args string
		want outcome
	}{
		{"$W/mod", "verify", outcome{stdout: "$W/mod: 0" + as}},
		{"$W/none", "verify --heal", outcome{stdout: "$W/none: 0" + as}},
		{"$W/file", "verify", outcome{say.ExitFailed, "", "go-safe: GOMODCACHE=$W/file is no directory\n"}},
		{
			"mod", "verify",
			outcome{say.ExitFailed, "", "go-safe: no module cache is known: GOMODCACHE is \"mod\"; run: go safe env\n"},
		},
		{
			"$W/none", "verify example.com/a@v1.0.0",
			outcome{say.ExitFailed, "", "go-safe: example.com/a@v1.0.0 is not in the module cache $W/none\n"},
		},
	} {
		p.set("GOMODCACHE=" + tt.dir)
		p.is(timeless(p.run(strings.Fields(tt.args)...)), tt.want)
	}
}

// A cache is healed only by whoever has its lock, and verified by everybody.
func TestVerifyBusy(t *testing.T) {
	p := newModules(t)
	holder := exec.Command(os.Args[0], "hold", p.path("mod"), "shared")
	stdin, err := holder.StdinPipe()
	p.do(err)
	stdout, err := holder.StdoutPipe()
	p.do(err)
	p.do(holder.Start())
	defer holder.Wait()
	defer stdin.Close()
	if _, err := stdout.Read(make([]byte, len("held\n"))); err != nil {
		t.Fatal(err)
	}
	p.set("GOSAFE_LOCK_TIMEOUT=0s")
	got := p.run("verify", "--heal")
	if got.status != say.ExitFailed || got.stdout != "" ||
		!strings.HasPrefix(got.stderr, "go-safe: GOMODCACHE: $W/mod is held by ") ||
		!strings.HasSuffix(got.stderr, "; nothing was healed; run: go safe locks\n") {
		t.Errorf("%+v", got)
	}
	if got := p.run("verify"); got.status != 0 || got.stderr != "" {
		t.Errorf("%+v", got)
	}
}

// The remedy behind each finding, and the line at the end.
func TestVerifyWords(t *testing.T) {
	found := []modverify.Finding{{Path: "/m/x", What: "is torn"}}
	v := &verifier{dir: "/m", before: []modverify.Result{{Findings: found}, {Err: os.ErrPermission}, {}}}
	v.after = v.before
	const m, seen = "/m: ", " verified in 0s, 1 could not be looked at: "
	got, want := v.summary(v.damages()), m+"2 module versions"+seen+"1 damaged"
	if got != want || v.status() != exitDamaged {
		t.Errorf("%q, want %q; status %d", got, want, v.status())
	}
	v.before, v.after = v.before[1:], v.before[1:]
	got, want = v.summary(v.damages()), m+"1 module version"+seen+"no damage seen"
	if got != want || v.status() != say.ExitFailed {
		t.Errorf("%q, want %q; status %d", got, want, v.status())
	}
	v.heal = true
	for d, want := range map[damage]string{
		{Healed: true}:       "healed",
		{Problem: "a\nb"}:    `not healed: a\nb`,
		{Kind: "", Path: ""}: "not healed",
	} {
		if got := v.remedy(d); got != want {
			t.Errorf("%+v: %q, want %q", d, got, want)
		}
	}
	err := v.explainOwner(&modverify.OwnerError{Path: "/m/x", UID: os.Geteuid()})
	if want := "/m/x is closed to its owner; run: chmod u+rwx /m/x"; err.Error() != want {
		t.Errorf("%q, want %q", err, want)
	}
	err = v.explainOwner(&modverify.OwnerError{Path: "/m/x", UID: 4444})
	if !strings.HasPrefix(err.Error(), "/m/x belongs to uid 4444, who can heal it; run: sudo env GOMODCACHE=/m ") {
		t.Error(err)
	}
	if v.explainOwner(os.ErrPermission) != os.ErrPermission {
		t.Error("another error was changed")
	}
}

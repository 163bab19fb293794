//go:build unix

package safecmd

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/go-safe/go-safe/envfix"
)

func text(values ...any) string { return strings.TrimSpace(fmt.Sprintln(values...)) }

// go safe env shows where each value comes from, what go-safe changes, and why.
func TestEnv(t *testing.T) {
	p := newPlace(t, t.TempDir())
	p.write(map[string]string{"home/.config/go/env": "GOFLAGS=-v\n", "f": ""})
	p.set("GOCACHE=$W/f/c", "GOSAFE_HINT=off")
	got := p.run("env", "--json")
	p.is(p.run("env", "-json"), got)
	rows := decode[[]row](t, got)
	for _, want := range []row{
		{Name: "HOME", Value: "$W/home", Origin: envfix.FromEnviron},
		{
			Name: "GOCACHE", Value: "$W/home/.cache/go-safe/build", Origin: envfix.FromGoSafe, Was: "$W/f/c",
			Why: "$W/f/c cannot be made: $W/f is not a directory",
		},
		{Name: "GOMODCACHE", Value: "$W/mod", Origin: envfix.FromEnviron},
		{Name: "GOPATH", Value: "$W/home/go", Origin: envfix.FromDefault},
		{Name: "GOFLAGS", Value: "-v", Origin: envfix.FromEnvFile},
		{Name: "GOENV", Value: "$W/home/.config/go/env", Origin: envfix.FromDefault},
		{Name: "GOSAFE_HINT", Value: "off", Origin: envfix.FromEnviron},
		{Name: "GOSAFE_LOCK", Origin: envfix.FromDefault},
	} {
		if !slices.Contains(rows, want) {
			t.Errorf("no row %+v in %s", want, got.stdout)
		}
	}
	got = p.run("env", "-v")
	var fields []string
	for line := range strings.Lines(got.stdout) {
		fields = append(fields, strings.Join(strings.Fields(line), " "))
	}
	for _, want := range []string{
		"GOCACHE go-safe $W/home/.cache/go-safe/build", "($W/f/c cannot be made: $W/f is not a directory)",
		"GOFLAGS env file -v", "GOSAFE_HINT environment off",
	} {
		if !slices.Contains(fields, want) {
			t.Errorf("no line %q in %s", want, got.stdout)
		}
	}
	if got.status != 0 || got.stderr != "" {
		t.Errorf("status %d, stderr %q", got.status, got.stderr)
	}
	p.is(p.run("env"), outcome{stdout: "GOCACHE=$W/home/.cache/go-safe/build\n    plain go: $W/f/c\n" +
		"    why: $W/f/c cannot be made: $W/f is not a directory\n"})
	p.is(p.run("env", "GOFLAGS", "GOCACHE", "GOSAFE_LOCK"), outcome{stdout: "-v\n$W/home/.cache/go-safe/build\n\n"})
	if rows := decode[[]row](t, p.run("env", "--json", "GOFLAGS")); len(rows) != 1 || rows[0].Value != "-v" {
		t.Errorf("%+v", rows)
	}
	p.set("GOCACHE=$W/cache")
	p.is(p.run("env"), outcome{stdout: "nothing differs from plain go (-v lists all variables)\n"})
}

// A name with control characters stays on its line.
func TestEnvOneLine(t *testing.T) {
	p := newPlace(t, t.TempDir())
	p.set("GOBIN=/a\nGOBIN  environment  /b\x1b[2J")
	if got := p.run("env", "-v").stdout; !strings.Contains(got, `/a\nGOBIN  environment  /b\x1b[2J`+"\n") {
		t.Error(got)
	}
}

func TestVersion(t *testing.T) {
	p := newPlace(t, t.TempDir())
	got := p.run("version")
	for _, line := range []string{"version", "--version", "-version"} {
		p.is(p.run(line), got)
	}
	if got.status != 0 || got.stderr != "" || strings.Count(got.stdout, "\n") != 1 ||
		!strings.HasPrefix(got.stdout, "go-safe ") {
		t.Errorf("%+v", got)
	}
	all := p.run("version", "-v")
	fields := make(map[string]string)
	for line := range strings.Lines(all.stdout) {
		for _, name := range []string{"installed at", "real go", "GOROOT"} {
			if value, ok := strings.CutPrefix(line, name+" "); ok {
				fields[name] = strings.TrimSpace(value)
			}
		}
	}
	real, err := findGo(p.environ)
	if err != nil {
		t.Skip(err)
	}
	version := envfix.Version(real.GOROOT)
	if all.status != 0 || all.stderr != "" || !strings.HasPrefix(all.stdout, got.stdout) || fields["real go"] != "$GO" ||
		fields["installed at"] != "go" || fields["GOROOT"] != real.GOROOT+" ("+version+")" {
		t.Errorf("%+v", all)
	}
	if b := decode[build](t, p.run("version", "--json")); b.RealGo != "$GO" || b.RealIs != version || b.Exe != "go" {
		t.Errorf("%+v", b)
	}
}

// Without a real go the verbs work, and say so where it matters.
func TestVerbsWithoutGo(t *testing.T) {
	p := newPlace(t, t.TempDir())
	c := Call{Environ: p.environ, NotFound: errNoGo, Args: []string{"version", "-v"}}
	var stdout strings.Builder
	c.Stdout = &stdout
	if status := Run(c); status != 0 || !strings.Contains(stdout.String(), "real go      there is none\n") {
		t.Errorf("status %d: %s", status, &stdout)
	}
	_, err := goFor(c.Real, c.NotFound, nil, nil)("", "", "version")
	if err != errNoGo {
		t.Errorf("asked for: %v", err)
	}
}

var errNoGo = fmt.Errorf("there is none")

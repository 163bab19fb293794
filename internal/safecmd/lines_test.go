//go:build unix

package safecmd

import (
	"os"
	"strings"
	"testing"

	"github.com/go-safe/go-safe/internal/say"
)

// go safe help lists the verbs and the settings. Each verb has a help of its own, by three ways. All of that fits into
// 80 columns.
func TestHelp(t *testing.T) {
	p := newPlace(t, t.TempDir())
	help := p.run("help")
	usage := "\nusage: go safe <command> [arguments]\n"
	if help.status != 0 || help.stderr != "" || !strings.Contains(help.stdout, usage) {
		t.Errorf("%+v", help)
	}
	for _, line := range []string{"", "--help", "-help", "-h"} {
		p.is(p.run(strings.Fields(line)...), help)
	}
	for _, v := range verbList {
		if !strings.Contains(help.stdout, "\n  "+v.name+" ") {
			t.Errorf("go safe help does not name %s", v.name)
		}
		one := p.run("help", v.name)
		if one.status != 0 || one.stderr != "" || !strings.HasPrefix(one.stdout, "usage: go safe "+v.name) {
			t.Errorf("%+v", one)
		}
		for line := range strings.Lines(one.stdout) {
			if len(line) > 81 {
				t.Errorf("help %s: %d columns: %s", v.name, len(line)-1, line)
			}
		}
		for _, f := range v.flags {
			if hidden := f.about == ""; strings.Contains(one.stdout, "  "+f.name) == hidden ||
				!strings.Contains(one.stdout, f.about) {
				t.Errorf("help %s does not explain %s, or tells of it", v.name, f.name)
			}
			if f.about == "" && strings.Contains(completionScript("bash"), f.name) {
				t.Errorf("the completion tells of %s", f.name)
			}
		}
		if _, runs := commands()[v.name]; runs {
			for _, flag := range []string{"--help", "-help", "-h"} {
				p.is(p.run(v.name, flag), one)
			}
		}
	}
}

// A verb or flag that differs by a letter or two is named.
func TestDidYouMean(t *testing.T) {
	for word, want := range map[string]string{
		"docter": "doctor", "verfy": "verify", "lock": "locks", "shaer": "share", "bogus": "", "x": "", "e": "",
	} {
		var names []string
		for _, v := range verbList {
			names = append(names, v.name)
		}
		got := didYouMean(word, names)
		if want == "" && got != "" || want != "" && got != "; did you mean "+want+"?" {
			t.Errorf("%s: %q, want %q", word, got, want)
		}
	}
}

// A command line that is wrong changes nothing. One line says what is wrong and what to run.
func TestWrongLines(t *testing.T) {
	p := newPlace(t, t.TempDir())
	p.mkdir("c", 0o755)
	const help = "; run: go safe help"
	for line, want := range map[string]string{
		"bogus":                       "unknown command: go safe bogus" + help,
		"env -x":                      "unknown flag: go safe env -x" + help + " env",
		"locks --bogus":               "unknown flag: go safe locks --bogus" + help + " locks",
		"version x":                   "go safe version: unknown argument x" + help + " version",
		"fix --bogus":                 "unknown flag: go safe fix --bogus" + help + " fix",
		"fix --dry-run=1":             "go safe fix: --dry-run takes no value" + help + " fix",
		"fix --owner":                 "go safe fix: --owner lacks its value" + help + " fix",
		"fix --owner=":                `no user "" in /etc/passwd; a number will do`,
		"fix --owner=no:such $W/c":    `no user "no" in /etc/passwd; a number will do`,
		"fix --owner 54321 $W/c":      "uid 54321 has no passwd entry that names a group; run: --owner 54321:GROUP",
		"fix $W/m":                    "$W/m is not a cache of the go command: it has go.mod in it",
		"fix .":                       "$W/m is not a cache of the go command: it has go.mod in it",
		"fix $W/none":                 "fix $W/none: file does not exist",
		"share":                       "go safe share: one directory is needed" + help + " share",
		"share $W/c $W/d":             "go safe share: one directory is needed" + help + " share",
		"share --group= $W/c":         "go safe share: --group needs a name" + help + " share",
		"share --group a --group b c": "go safe share: --group is given twice" + help + " share",
		"share --group no-such $W/c":  `no group "no-such" in /etc/group; a number will do`,
		"share $W/home":               "$W/home is a home",
		"share $W/m":                  "$W/m is not a cache of the go command: it has go.mod in it",
		"install x":                   "go safe install: unknown argument x" + help + " install",
		"install --prefix=":           "go safe install: --prefix needs a folder" + help + " install",
		"install --image --prefix $W/c": "go safe install: --prefix, --system and --image exclude each other" +
			help + " install",
		"verify --bogus":               "unknown flag: go safe verify --bogus" + help + " verify",
		"verify example.com/a":         "example.com/a is no module@version" + help + " verify",
		"verify example.com/a@v1":      "example.com/a@v1 is no full version of a module, like golang.org/x/mod@v0.14.0",
		"doctor x":                     "go safe doctor: unknown argument x" + help + " doctor",
		"doctor --only nosuch --json":  "unknown check: nosuch; known: ",
		"doctor --only home --dry-run": "--yes and --dry-run go with --fix" + help + " doctor",
	} {
		got := p.run(strings.Fields(line)...)
		whole := got.stderr == "go-safe: "+want+"\n" ||
			strings.HasSuffix(want, ": ") && strings.HasPrefix(got.stderr, "go-safe: "+want)
		if got.status != say.ExitFailed || got.stdout != "" || !whole {
			t.Errorf("go safe %s: status %d, stdout %q\nstderr %s  want %s", line, got.status, got.stdout, got.stderr, want)
		}
	}
	if fi, err := os.Stat(p.path("c")); err != nil || fi.Mode().Perm() != 0o755 {
		t.Errorf("changed: %v, %v", fi, err)
	}
}

// Two dashes end the flags, and one dash does for two.
func TestVerbFlags(t *testing.T) {
	for line, want := range map[string]string{
		"":                  "map[] []",
		"-dry-run a":        "map[--dry-run:] [a]",
		"--owner a b":       "map[--owner:a] [b]",
		"--owner=a=b -- -c": "map[--owner:a=b] [-c]",
		"a -- --owner b":    "map[] [a --owner b]",
		"- --dry-run":       "map[--dry-run:] [-]",
	} {
		v, _ := lookUpVerb("fix")
		flags, rest, err := v.parse(strings.Fields(line))
		if got := text(flags, rest); err != nil || got != want {
			t.Errorf("%q: %s, %v, want %s", line, got, err, want)
		}
	}
}

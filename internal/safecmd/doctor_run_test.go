//go:build unix

package safecmd

import (
	"os"
	"testing"

	"github.com/go-safe/go-safe/internal/doctor"
	"github.com/go-safe/go-safe/internal/say"
)

// The doctor's exit status says whether something is broken. --fix runs what it advises and looks again.
func TestDoctor(t *testing.T) {
	p := newPlace(t, t.TempDir())
	p.is(p.start("doctor", "--only", "home"), outcome{stdout: "ok       home               ~\n1 check passed\n"})
	p.set("GOTMPDIR=$W/tmp/none")
	const advice = "mkdir -p -m 700 $W/tmp/none"
	finding := "warning  tmp-writable  $W/tmp/none: is not there, and plain go does not make it\n" +
		"    why: go commands end with: creating work dir\n    fix: " + advice + "\n    now: go-safe makes it\n" +
		"    see: https://github.com/go-safe/go-safe/blob/main/docs/errors.md" +
		"#go-creating-work-dir-stat-x-no-such-file-or-directory\n"
	found := finding + "\n1 warning (--fix can fix 1)\n"
	p.is(p.start("doctor", "--only", "tmp-writable"), outcome{stdout: found})
	p.is(p.start("doctor", "--only", "tmp-writable", "--fix", "--dry-run"), outcome{stdout: advice + "\n" + found})
	p.is(p.start("doctor", "--only", "tmp-writable", "--fix"), outcome{say.ExitFailed, "",
		"go-safe: cannot ask: there is no terminal; run: go safe doctor --fix --yes\n"})
	p.is(p.start("doctor", "--only", "tmp-writable", "--fix", "-y"), outcome{stdout: finding +
		"    done: made $W/tmp/none\n\nok       tmp-writable       $W/tmp/none\n1 check passed\n"})
	if fi, err := os.Stat(p.path("tmp/none")); err != nil || fi.Mode().Perm() != 0o700 {
		t.Errorf("%v, %v", fi, err)
	}
	p.set("GOENV=$W/m")
	got := p.start("doctor", "--json", "--only", "env-file,home")
	results := decode[[]doctor.Result](t, got)
	if got.status != exitBroken || len(results) != 2 {
		t.Fatalf("%+v", got)
	}
	for _, r := range results {
		if (r.ID == "env-file") != (r.Status == doctor.Broken) || r.Group == "" {
			t.Errorf("%+v", r)
		}
	}
}

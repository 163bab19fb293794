package envfix

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/go-safe/go-safe/internal/linuxtest"
	"github.com/go-safe/go-safe/internal/rights"
	"github.com/go-safe/go-safe/internal/shell"
)

// A place has a home and a temp folder for one test.
type place struct {
	*testing.T
	dir string
}

func newPlace(t *testing.T) place {
	t.Helper()
	p := place{t, linuxtest.Reachable(t)}
	for _, dir := range []string{p.dir, "/var/tmp"} {
		if why := look(dir).unusable(workNeeds); why != "" {
			t.Skipf("needs folders where go-safe would put anything: %s %s", dir, why)
		}
	}
	p.mkdir("home", 0o755)
	p.mkdir("tmp", 0o777|os.ModeSticky)
	return p
}

func (p place) path(name string) string { return filepath.Join(p.dir, name) }

// mkdir makes a directory with that mode, whatever the umask.
func (p place) mkdir(name string, mode os.FileMode) {
	p.Helper()
	linuxtest.Must(p.T, os.MkdirAll(p.path(name), 0o755))
	linuxtest.Must(p.T, os.Chmod(p.path(name), mode))
}

func (p place) write(name, text string) {
	p.Helper()
	write(p.T, p.path(name), text)
}

// environ returns an environment with these variables, in which $W is the place. HOME and TMPDIR are in it, if they
// are not given.
func (p place) environ(vars ...string) []string {
	environ := []string{"HOME=" + p.path("home"), "TMPDIR=" + p.path("tmp")}
	for _, kv := range vars {
		name, value, set := strings.Cut(kv, "=")
		environ = Setenv(environ, name, "")
		if set {
			environ = append(environ, name+"="+strings.ReplaceAll(value, "$W", p.dir))
		}
	}
	return environ
}

// request returns the request of a go run whose module cache lacks something.
func (p place) request(environ []string) Request {
	return Request{
		Known:  ReadSettings(environ, "", nil),
		Builds: true, Compiles: true, RunsWork: true, RunsCache: true,
		Holds:         func(string) bool { return false },
		CoveredBySum:  func(string) bool { return true },
		Switches:      func() bool { return false },
		Unlockable:    func(string) error { return nil },
		AddsPrivate:   func() bool { return false },
		BuildsPrivate: func() bool { return false },
		Others:        func(dir string) bool { return rights.Of(dir).Others() },
		Shared:        func(dir string) bool { return rights.Of(dir).Shared() },
		Untrusted:     func(dir string) bool { return rights.Of(dir).Untrusted() },
	}
}

// changes returns what a plan changes, one variable on each line.
func (p place) changes(plan *Plan) string {
	var lines []string
	for _, v := range plan.Vars() {
		if !v.Changed() {
			continue
		}
		line := v.Name + "=" + v.Value + ": " + v.Why
		if v.Remedy != "" {
			line += "; undo: " + v.Remedy
		}
		lines = append(lines, line)
	}
	return p.shown(strings.Join(lines, "\n"))
}

// shown returns a text with $W for the place and $UID for this user.
func (p place) shown(text string) string {
	text = twinNames.ReplaceAllString(text, "mod-HASH")
	return strings.NewReplacer(p.dir, "$W", shell.Self, "go", thisUser(), "uid $UID",
		"/go-"+strconv.Itoa(os.Geteuid()), "/go-$UID").Replace(text)
}

var twinNames = regexp.MustCompile(`\bmod-[0-9a-f]{32}\b`)

// A decision is what Resolve does in one condition.
type decision struct {
	name    string
	make    func(p place)    // makes the condition; nil for nothing
	roots   []string         // what is root's; all else is the user's
	vars    []string         // of the environment
	request func(r *Request) // what is special about the command; nil for nothing
	want    string           // what changes returns
}

// decides has an ordinary user resolve each condition. What Resolve has decided and Prepare has made works: a command
// that gets it needs no further change. In /var/tmp nothing is made.
func decides(t *testing.T, list []decision, goroot ...string) {
	t.Helper()
	for _, d := range list {
		t.Run(d.name, func(t *testing.T) {
			p := newPlace(t)
			if d.make != nil {
				d.make(p)
			}
			linuxtest.Give(t, p.dir, d.roots...)
			linuxtest.As(t, linuxtest.User, func() {
				environ := p.environ(d.vars...)
				for _, want := range []string{d.want, ""} {
					r := p.request(environ)
					for _, name := range goroot {
						r.GOROOT = p.path(name)
						r.Known = ReadSettings(environ, r.GOROOT, nil)
					}
					if d.request != nil {
						d.request(&r)
					}
					plan := Resolve(r)
					if got := p.changes(plan); got != want {
						t.Errorf("in %q\n got %s\nwant %s", environ, got, want)
					}
					environ = plan.Environ(environ)
					if strings.Contains(d.want, "=/var/tmp/") {
						break
					}
					if _, err := plan.Prepare(); err != nil {
						t.Error(err)
					}
				}
			})
		})
	}
}

// closed makes a directory that its owner may not write to, until the test ends.
func closed(name string) func(p place) {
	return func(p place) {
		p.mkdir(name, 0o555)
		p.Cleanup(func() { os.Chmod(p.path(name), 0o755) })
	}
}

// all makes several conditions.
func all(makes ...func(p place)) func(p place) {
	return func(p place) {
		for _, m := range makes {
			m(p)
		}
	}
}

// file makes a file.
func file(name, text string) func(p place) {
	return func(p place) { p.write(name, strings.ReplaceAll(text, "$W", p.dir)) }
}

// dirs makes directories.
func dirs(names ...string) func(p place) {
	return func(p place) {
		for _, name := range names {
			p.mkdir(name, 0o755)
		}
	}
}

var errNoLocks = fmt.Errorf("flock: %w", os.ErrInvalid)

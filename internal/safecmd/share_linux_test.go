package safecmd

import (
	"io/fs"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/go-safe/go-safe/internal/linuxtest"
	"github.com/go-safe/go-safe/internal/say"
	"github.com/go-safe/go-safe/internal/user"
)

// ourGroup is a group that this user may share with: root with any.
func ourGroup() int {
	if os.Geteuid() == 0 {
		return linuxtest.Group
	}
	return os.Getegid()
}

// After go safe share a directory belongs to the group, which gets the line to run. A dry run only lists what would
// be done.
func TestShare(t *testing.T) {
	const acl = `(new entries are open to the group by an inheritable ACL, under every umask\n` +
		`|go-safe opens new entries to the group after each command: all users need it\n)` +
		`closed to all others; to let them read it: --open\n`
	p := newPlace(t, linuxtest.Reachable(t))
	group := strconv.Itoa(ourGroup())
	for _, tt := range []struct {
		name string // of the directory
		made bool
		runs string // what users are told to run
	}{
		{"mods", true, `users run: go env -w GOMODCACHE=$D\n`},
		{"gocache", false, `users run: go env -w GOCACHE=$D\n`},
		{"team", true, `for a build cache users run: go env -w GOCACHE=$D\n` +
			`for a module cache users run: go env -w GOMODCACHE=$D\n`},
	} {
		dir := `\$W/` + tt.name
		if tt.made {
			p.mkdir(tt.name, 0o755)
		}
		dry := p.run("share", "--dry-run", "--group", group, "$W/"+tt.name)
		listed := `^` + dir + `: .*mode 0755 to 2770(.|\n)*` + dir + `: would be changed: .* among 1 entry\n` +
			`would be shared with group .*\n$`
		if !tt.made {
			listed = `^` + dir + `: would be made\n$`
		}
		if dry.status != 0 || dry.stderr != "" || !regexp.MustCompile(listed).MatchString(dry.stdout) {
			t.Errorf("%s, dry run: %+v, want %s", tt.name, dry, listed)
		}
		if fi, err := os.Stat(p.path(tt.name)); tt.made != (err == nil) || err == nil && fi.Mode() != 0o755|fs.ModeDir {
			t.Errorf("%s: the dry run changed %v, %v", tt.name, fi, err)
		}
		got := p.run("share", "--group="+group, "$W/"+tt.name)
		done := `changed: .*, among 1 entry`
		if !tt.made {
			done = `made`
		}
		want := `^` + dir + `: ` + done + `\n` + acl +
			`shared with group (.*\n)` + strings.ReplaceAll(tt.runs, "$D", dir) + `$`
		if got.status != 0 || got.stderr != "" || !regexp.MustCompile(want).MatchString(got.stdout) {
			t.Errorf("%s: %+v, want %s", tt.name, got, want)
		}
		fi, err := os.Stat(p.path(tt.name))
		if err != nil || fi.Mode() != 0o770|fs.ModeDir|fs.ModeSetgid {
			t.Errorf("%s: %v, %v", tt.name, fi, err)
		}
	}
}

// If a directory above does not let the group through, go safe share says what to run, and exits with 1.
func TestShareUnreachable(t *testing.T) {
	p := newPlace(t, linuxtest.Reachable(t))
	p.mkdir("above/mod", 0o755)
	p.mkdir("above", 0o700)
	got := p.run("share", "--group", strconv.Itoa(ourGroup()), "$W/above/mod")
	want := regexp.MustCompile(`^go-safe: the group cannot reach \$W/above/mod: \$W/above does not let it through; ` +
		`run: (setfacl -m g:\d+:x|chmod o\+x) \$W/above\n$`)
	if got.status != exitLeft || !want.MatchString(got.stderr) ||
		!strings.HasPrefix(got.stdout, "$W/above/mod: changed: ") {
		t.Errorf("%+v, want %s", got, want)
	}
}

// A directory that others may replace is refused, with what to run.
func TestShareRefuses(t *testing.T) {
	p := newPlace(t, linuxtest.Reachable(t))
	p.mkdir("open", 0o777)
	p.mkdir("above/mod", 0o755)
	p.mkdir("above", 0o777)
	for dir, run := range map[string]string{"open": "chmod -R o-w $W/open", "above/mod": "chmod +t $W/above"} {
		got := p.run("share", "--group", strconv.Itoa(ourGroup()), "$W/"+dir)
		if got.status != say.ExitFailed || got.stdout != "" || !strings.HasSuffix(got.stderr, "; run: "+run+"\n") {
			t.Errorf("%s: %+v, want %s", dir, got, run)
		}
	}
}

// The words for a group do not get longer with each member.
func TestGroupWords(t *testing.T) {
	if got, want := groupWords(4469), "group 4469, which /etc/group does not name"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	name, members := user.Group(0)
	if got := groupWords(0); name == "" || !strings.HasPrefix(got, "group "+name) ||
		(len(members) > 0) != strings.Contains(got, "group "+name+": ") {
		t.Errorf("%q, want %q with %q", got, name, members)
	}
}

package safecmd

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"

	"github.com/go-safe/go-safe/envfix"
	"github.com/go-safe/go-safe/internal/cacheshare"
	"github.com/go-safe/go-safe/internal/layout"
	"github.com/go-safe/go-safe/internal/say"
	"github.com/go-safe/go-safe/internal/shell"
	"github.com/go-safe/go-safe/internal/tree"
	"github.com/go-safe/go-safe/internal/user"
)

// runShare runs go safe share.
func runShare(c Call, flags flagSet, dirs []string) int {
	v, _ := lookUpVerb("share")
	group := flags["--group"]
	switch {
	case len(dirs) != 1:
		return c.fail(v.misused("one directory is needed"))
	case flags.has("--open") && flags.has("--closed"):
		return c.fail(v.misused("--open and --closed exclude each other"))
	case flags.has("--group") && group == "":
		return c.fail(v.misused("--group needs a name"))
	}
	dir, err := filepath.Abs(dirs[0])
	if err != nil {
		return c.fail(err)
	}
	others := cacheshare.Closed
	if flags.has("--open") {
		others = cacheshare.Open
	}
	dry := flags.has("--dry-run")
	o := &tree.Options{Dry: dry}
	printList := listing(dir, o, flags)
	var shared *cacheshare.Shared
	err = c.changing("sharing", dir, o, func() (err error) {
		shared, err = cacheshare.Dir(dir, group, others, homes(c.Environ), o)
		return err
	})
	if err != nil {
		return c.fail(pasteable(err))
	}
	printList(c.Stdout)
	status := 0
	switch {
	case shared.Made && dry:
		fmt.Fprintf(c.Stdout, "%s: would be made\n", say.OneLine(dir))
		return 0
	case shared.Made && len(shared.Left) == 0:
		fmt.Fprintf(c.Stdout, "%s: made\n", say.OneLine(dir))
	default:
		status = c.tellReport(dir, &shared.Report, dry)
	}
	if parent := shared.Unreachable; parent != "" {
		c.Say.Line("the group cannot reach %s: %s does not let it through; run: %s",
			dir, parent, letThrough(parent, shared))
		return exitLeft
	}
	tellUsers(dir, shared, dry, others, c.Stdout)
	return status
}

// letThrough returns the command that lets the group through a directory. Without ACLs it lets everybody through.
func letThrough(dir string, s *cacheshare.Shared) string {
	if s.ByACL && s.Group >= 0 {
		return fmt.Sprintf("setfacl -m g:%d:x %s", s.Group, shell.Quote(dir))
	}
	return "chmod o+x " + shell.Quote(dir)
}

// pasteable quotes for the shell the path in what an error says to run.
func pasteable(err error) error {
	var refusal *tree.Refusal
	if errors.As(err, &refusal) {
		return fmt.Errorf("%s; run: %s %s", refusal.Why, refusal.Command, shell.Quote(refusal.Path))
	}
	return err
}

// homes returns the users' homes, which share refuses to make a cache.
func homes(environ []string) []string {
	list := user.Homes()
	for _, name := range []string{"HOME", "USERPROFILE"} {
		if home := envfix.Getenv(environ, name); home != "" {
			list = append(list, filepath.Clean(home))
		}
	}
	return list
}

// groupWords names a group and the members that /etc/group and /etc/passwd have.
func groupWords(gid int) string {
	const most = 10
	switch name, members := user.Group(gid); {
	case name == "" && len(members) == 0:
		return fmt.Sprintf("group %d, which /etc/group does not name", gid)
	case len(members) == 0:
		return fmt.Sprintf("group %s, for which /etc/group names no member", name)
	case len(members) > most:
		return fmt.Sprintf("group %s: %s and %d more", cmp.Or(name, strconv.Itoa(gid)),
			strings.Join(members[:most], ", "), len(members)-most)
	default:
		return fmt.Sprintf("group %s: %s", cmp.Or(name, strconv.Itoa(gid)), strings.Join(members, ", "))
	}
}

// cacheOf returns which cache a directory is. If the directory is empty, its name decides; Empty if that says nothing.
func cacheOf(dir string, shape layout.Shape) layout.Shape {
	name := strings.ToLower(filepath.Base(dir))
	switch {
	case shape != layout.Empty:
		return shape
	case strings.Contains(name, "mod"):
		return layout.ModCache
	case strings.Contains(name, "build"), strings.Contains(name, "gocache"):
		return layout.BuildCache
	}
	return layout.Empty
}

// tellUsers prints how new entries get their rights, who is kept out, and what the users of the cache run.
func tellUsers(dir string, s *cacheshare.Shared, dry bool, others cacheshare.Others, stdout io.Writer) {
	if dry {
		if s.Group >= 0 {
			fmt.Fprintf(stdout, "would be shared with %s\n", groupWords(s.Group))
		}
		return
	}
	switch {
	case s.ByACL && runtime.GOOS == "windows":
		fmt.Fprintf(stdout, "new entries are open to the group by an inheritable ACL\n")
	case s.ByACL:
		fmt.Fprintf(stdout, "new entries are open to the group by an inheritable ACL, under every umask\n")
	default:
		fmt.Fprintf(stdout, "go-safe opens new entries to the group after each command: all users need it\n")
	}
	if s.Group >= 0 && others == cacheshare.Closed {
		fmt.Fprintf(stdout, "closed to all others; to let them read it: --open\n")
	}
	if s.Group >= 0 {
		fmt.Fprintf(stdout, "shared with %s\n", groupWords(s.Group))
	}
	switch as := "go env -w %s=" + shell.Quote(dir) + "\n"; cacheOf(dir, s.Shape) {
	case layout.ModCache:
		fmt.Fprintf(stdout, "users run: "+as, "GOMODCACHE")
	case layout.BuildCache:
		fmt.Fprintf(stdout, "users run: "+as, "GOCACHE")
	default:
		fmt.Fprintf(stdout, "for a build cache users run: "+as, "GOCACHE")
		fmt.Fprintf(stdout, "for a module cache users run: "+as, "GOMODCACHE")
	}
}

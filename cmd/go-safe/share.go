package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/go-safe/go-safe/envfix"
	"github.com/go-safe/go-safe/internal/user"
	"github.com/go-safe/go-safe/rights"
)

const shareUsage = "usage: go safe share [--dry-run] [--group GROUP] DIR"

// share runs go safe share.
func share(args, environ []string, cfg config, stdout io.Writer, say printer) int {
	flags, dirs, err := verbFlags("share", args, "--dry-run", "--group=")
	if err == nil && len(dirs) != 1 {
		err = errors.New("one directory is needed; " + shareUsage)
	}
	group := flags["--group"]
	if flags.has("--group") && group == "" && err == nil {
		err = errors.New("--group needs a name; " + shareUsage)
	}
	dir := ""
	if err == nil {
		dir, err = filepath.Abs(dirs[0])
	}
	if err != nil {
		return say.failure(exitFailed, err)
	}
	dry := flags.has("--dry-run")
	o := &rights.Options{Dry: dry}
	changes := listing(o)
	var shared *rights.Shared
	c := &command{config: cfg, say: say}
	err = c.changing(dir, o, func() (err error) {
		shared, err = rights.Share(dir, group, homes(environ), o)
		return err
	})
	if err != nil {
		return say.failure(exitFailed, pasteable(err))
	}
	changes(stdout)
	status := tellReport(dir, &shared.Report, dry, stdout, say)
	if parent := shared.Unreachable; parent != "" {
		say.line("the group cannot reach %s: %s does not let it through; type: %s", dir, parent, letThrough(parent, shared))
		return exitLeft
	}
	tellUsers(dir, shared, dry, stdout)
	return status
}

// letThrough is what to type so that the group of a cache gets through a directory. Where there are no ACLs everybody does.
func letThrough(dir string, s *rights.Shared) string {
	if s.ByACL && s.Group >= 0 {
		return fmt.Sprintf("setfacl -m g:%d:x %s", s.Group, envfix.Quote(dir))
	}
	return "chmod o+x " + envfix.Quote(dir)
}

// pasteable has the path of what is to be typed quoted for the shell.
func pasteable(err error) error {
	var refusal *rights.Refusal
	if errors.As(err, &refusal) {
		return fmt.Errorf("%s; type: %s %s", refusal.Why, refusal.Command, envfix.Quote(refusal.Path))
	}
	return err
}

// homes are the directories that are nobody's cache.
func homes(environ []string) []string {
	list := user.Homes()
	for _, name := range []string{"HOME", "USERPROFILE"} {
		if home := getenv(environ, name); home != "" {
			list = append(list, filepath.Clean(home))
		}
	}
	return list
}

// groupWords names a group and its members, as far as /etc/group and /etc/passwd tell.
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

// cacheOf is what a directory is, or if it is empty, what it is called for; Empty where the name does not tell.
func cacheOf(dir string, shape rights.Shape) rights.Shape {
	name := strings.ToLower(filepath.Base(dir))
	switch {
	case shape != rights.Empty:
		return shape
	case strings.Contains(name, "mod"):
		return rights.ModCache
	case strings.Contains(name, "build"), strings.Contains(name, "gocache"):
		return rights.BuildCache
	}
	return rights.Empty
}

// tellUsers prints how the rights are kept from here on, and what users set.
func tellUsers(dir string, s *rights.Shared, dry bool, stdout io.Writer) {
	switch {
	case dry && s.Made:
		fmt.Fprintf(stdout, "%s: would be made\n", oneLine(dir))
		return
	case s.ByACL:
		fmt.Fprintf(stdout, "new entries are open to the group by an inheritable ACL, under every umask\n")
	default:
		fmt.Fprintf(stdout, "go-safe opens new entries to the group after each command: all users need it\n")
	}
	if s.Group >= 0 {
		fmt.Fprintf(stdout, "shared with %s\n", groupWords(s.Group))
	}
	switch as := "go env -w %s=" + envfix.Quote(dir) + "\n"; cacheOf(dir, s.Shape) {
	case rights.ModCache:
		fmt.Fprintf(stdout, "users type: "+as, "GOMODCACHE")
	case rights.BuildCache:
		fmt.Fprintf(stdout, "users type: "+as, "GOCACHE")
	default:
		fmt.Fprintf(stdout, "for a build cache users type: "+as, "GOCACHE")
		fmt.Fprintf(stdout, "for a module cache users type: "+as, "GOMODCACHE")
	}
}

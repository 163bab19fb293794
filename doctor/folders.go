package doctor

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/go-safe/go-safe/envfix"
	"github.com/go-safe/go-safe/lock"
	"github.com/go-safe/go-safe/rights"
)

const folders = "directories"

func folderChecks() []Check {
	return []Check{
		{"home", folders, "the caches and the settings of go env -w have no place", home},
		{"tmp-writable", folders, "go commands end with: creating work dir", accessOf("GOTMPDIR")},
		{"tmp-noexec", folders, "go run and go test end with: fork/exec …: permission denied", execOf("GOTMPDIR")},
		{"tmp-room", folders, "builds end with: no space left on device", roomOf("GOTMPDIR")},
		{"tmp-left", folders, "a go command that a signal ends leaves its work folder, and they fill the disk", left},
		{"tmp-cleaned", folders, "builds end with: open $WORK/b001/_pkg_.a: no such file or directory", cleaned},
		{"cache-writable", folders, "go commands end with: failed to initialize build cache, or: package fmt is not in std", accessOf("GOCACHE")},
		{"cache-noexec", folders, "the second go run of a program and go tool end with: permission denied", execOf("GOCACHE")},
		{"cache-room", folders, "go commands end with: package fmt is not in std", roomOf("GOCACHE")},
		{"cache-locks", folders, "go commands end with: no locks available, or hang", locksOf("GOCACHE")},
		{"gopath-writable", folders, "modules cannot be verified (pkg/sumdb), nor binaries placed", accessOf("GOPATH")},
		{"modcache-writable", folders, "a module that is not there cannot be added: permission denied", accessOf("GOMODCACHE")},
		{"modcache-noexec", folders, "a downloaded toolchain cannot be run", execOf("GOMODCACHE")},
		{"modcache-room", folders, "downloads end with: no space left on device", roomOf("GOMODCACHE")},
		{"modcache-names", folders, "a module with a file of a longer name ends with: file name too long", longNames},
		{"modcache-locks", folders, "go commands end with: no locks available, or hang", locksOf("GOMODCACHE")},
		{"windows-drive", folders, "programs cannot be told from other files, modules not kept read-only, and all is slow", windowsDrive},
		{"nfs-locks", folders, "two machines that use one cache break it", nfsLocks},
		{"selinux", folders, "go commands end with permission denied, and the modes show no reason", selinux},
	}
}

// folder is the directory that the go command would use without go-safe, and the variable that names it. For $WORK that is the
// temp folder where GOTMPDIR is not set.
func (m *Machine) folder(name string) (variable, dir string) {
	dir = m.Settings.Directory(name).Value
	switch {
	case name == "GOTMPDIR" && dir == "":
		return "TMPDIR", m.Settings.Directory("TMPDIR").Value
	case name == "GOPATH":
		dir, _, _ = strings.Cut(dir, string(filepath.ListSeparator))
	}
	return name, dir
}

// facet makes a check of one side of a directory. The look says what is wrong with it, "" where nothing is.
func facet(name string, look func(m *Machine, p envfix.Place) string) func(*Machine) Finding {
	return func(m *Machine) Finding {
		variable, dir := m.folder(name)
		if dir == "" {
			return ok(variable, "is not set")
		}
		if !filepath.IsAbs(dir) {
			f := Finding{Status: Broken, Looked: m.shown(variable), Found: "is no absolute path", Type: m.undo(variable)}
			if path, bad := m.relative(); bad && f.Type == "" {
				f.Looked, f.Type = variable+"="+dir+" ("+string(envfix.FromDefault)+")", path.Type
			}
			return f
		}
		p := envfix.LookAt(variable, dir)
		wrong := look(m, p)
		if wrong == "" {
			return ok(dir, missing(p))
		}
		if m.homeless(dir) && m.variable(name).Changed() {
			return ok(dir, noHome)
		}
		return m.judge(name, variable, p, wrong)
	}
}

// missing tells of a directory that will be made.
func missing(p envfix.Place) string {
	if p.Exists {
		return ""
	}
	return "not there yet"
}

// facts are what is told of a directory with -v.
func facts(m *Machine, variable string, p envfix.Place) []string {
	s := m.Settings.Directory(variable)
	lines := []string{variable + " comes from: " + string(s.Origin)}
	if p.Exists {
		lines = append(lines, fmt.Sprintf("mode %v, owner %s", p.Mode, envfix.UserName(p.Owner)))
	}
	if c := rights.Of(p.Path); p.Exists && (variable == "GOCACHE" || variable == "GOMODCACHE") {
		lines = append(lines, "as a cache it is "+c.Policy.String())
	}
	on := ""
	if real, err := filepath.EvalSymlinks(p.Deepest); err == nil {
		on = mounted(real)
	}
	return append(lines, fmt.Sprintf("%d MiB and %s inodes left%s", p.Bytes>>20, count(p.Files), on))
}

// mounted tells what a path is on, for a line about it.
func mounted(path string) string {
	text, err := os.ReadFile("/proc/self/mounts")
	on := mountOf(string(text), path)
	if err != nil || on.kind == "" {
		return ""
	}
	return " on " + on.kind + " (" + on.options + ")"
}

// count is a number of inodes; file systems without a limit have none.
func count(n uint64) string {
	if n > 1<<60 {
		return "enough"
	}
	return fmt.Sprint(n)
}

// unmade is what is wrong with a GOTMPDIR that is missing (F14).
const unmade = "is not there, and plain go does not make it"

// accessOf makes the first check of a directory, which tells what else is to be known of it.
func accessOf(name string) func(*Machine) Finding {
	check := facet(name, func(m *Machine, p envfix.Place) string {
		if name == "GOTMPDIR" && !p.Exists && p.Access == "" {
			return unmade
		}
		if in := inside(name, p); in.Path != p.Path {
			below, _ := filepath.Rel(p.Path, in.Path)
			return "has " + below + ", which " + in.Access
		}
		return p.Access
	})
	return func(m *Machine) Finding {
		f := check(m)
		if path, bad := m.relative(); name == "GOPATH" && bad {
			return path
		}
		if link, bad := m.linkTemp(func(p envfix.Place) string { return p.Access }); name == "GOTMPDIR" && f.Status == OK && bad {
			return link
		}
		variable, dir := m.folder(name)
		if dir == "" && m.variable(name).Value == "" { // without a home, and without another place
			return Finding{Status: Broken, Looked: variable, Found: "has no default without HOME, and there is no place for one", Type: m.otherHome()}
		}
		if !filepath.IsAbs(dir) {
			return f
		}
		p := envfix.LookAt(variable, dir)
		if f.Status == OK {
			f.Details = facts(m, variable, p)
		} else if cure := access(inside(name, p)); cure != "" {
			f.Type, f.Fix, f.in = cure, true, filepath.Dir(inside(name, p).Deepest)
		}
		return f
	}
}

// inside is the place in a directory that works by which it is of no use all the same, else the directory.
func inside(name string, p envfix.Place) envfix.Place {
	in := map[string]string{"GOPATH": "pkg/sumdb", "GOMODCACHE": "cache/download"}[name]
	if below := envfix.LookAt(name, filepath.Join(p.Path, in)); in != "" && p.Access == "" && below.Access != "" {
		return below
	}
	return p
}

func execOf(name string) func(*Machine) Finding {
	return facet(name, func(m *Machine, p envfix.Place) string {
		if !p.NoExec || name == "GOMODCACHE" && !m.switches() {
			return ""
		}
		return "is on a file system mounted noexec"
	})
}

// roomOf asks for what the plan asks for. Of the temp folder that nobody chose for $WORK it says when that is little:
// go build goes elsewhere then, and go test and go run, whose programs see where $WORK is, do not.
func roomOf(name string) func(*Machine) Finding {
	check := facet(name, func(m *Machine, p envfix.Place) string { return cmp.Or(p.Room, p.Tried()) })
	return func(m *Machine) Finding {
		f := check(m)
		if name != "GOTMPDIR" || f.Status != OK {
			return f
		}
		if link, bad := m.linkTemp(func(p envfix.Place) string { return p.Room }); bad {
			return link
		}
		if variable, dir := m.folder(name); variable == "TMPDIR" && filepath.IsAbs(dir) {
			if little := envfix.LookAt("WORK", dir).Room; little != "" {
				f.Found = little + ", too little for go test of a large project"
			}
		}
		return f
	}
}

func locksOf(name string) func(*Machine) Finding {
	return facet(name, func(m *Machine, p envfix.Place) string {
		if p.Access != "" {
			return ""
		}
		if err := m.Unlockable(p.Deepest); err != nil {
			var refused *lock.RefusedError
			if errors.As(err, &refused) {
				err = refused.Err
			}
			return envfix.WithoutLocks(err)
		}
		return ""
	})
}

// left looks for work folders that nobody will ever remove. A run sweeps them where it can see that nobody uses them,
// and so does --fix.
func left(m *Machine) Finding {
	_, dir := m.folder("GOTMPDIR")
	if !filepath.IsAbs(dir) {
		return ok(dir, "")
	}
	old := envfix.Abandoned(dir, m.budget())
	if len(old) == 0 {
		return ok(dir, "")
	}
	f := Finding{Status: Warning, Looked: dir, Found: fmt.Sprintf("has %d abandoned work folders, such as %s", len(old), filepath.Base(old[0]))}
	// Each by its name: a pattern would take in what was not looked at, or is in use when the line is typed.
	f.Type, f.Fix, f.in = "rm -rf", envfix.SeesProcesses(), dir
	for _, work := range old {
		word := " " + envfix.Quote(work)
		if len(f.Type)+len(word) > longestLine {
			break
		}
		f.Type += word
	}
	return f
}

// longestLine is what a shell takes as one line: sh -c of Linux 128 KiB (execve(2)).
const longestLine = 100 << 10

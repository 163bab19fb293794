package doctor

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/go-safe/go-safe/envfix"
	"github.com/go-safe/go-safe/internal/fsinfo"
	"github.com/go-safe/go-safe/internal/rights"
	"github.com/go-safe/go-safe/internal/shell"
	"github.com/go-safe/go-safe/internal/user"
	"github.com/go-safe/go-safe/lock"
)

const directories = "directories"

func directoryChecks() []Check {
	const hangs = "go commands end with: no locks available, or hang"
	return []Check{
		{
			ID: "home", Group: directories,
			Why:     "the caches and the settings of go env -w have no place",
			Heading: noHomeErrors, look: home,
		},
		{
			ID: "tmp-writable", Group: directories,
			Why:     "go commands end with: creating work dir",
			Heading: "go-creating-work-dir-stat-x-no-such-file-or-directory", look: accessOf("GOTMPDIR"),
		},
		{
			ID: "tmp-noexec", Group: directories,
			Why:     "go run and go test end with: fork/exec …: permission denied",
			Heading: "forkexec-tmpgo-buildb001xtest-permission-denied", look: execOf("GOTMPDIR"),
		},
		{
			ID: "tmp-room", Group: directories,
			Why:     "builds end with: no space left on device",
			Heading: tempErrors, look: roomOf("GOTMPDIR"),
		},
		{
			ID: "tmp-left", Group: directories,
			Why:     "a go command that a signal ends leaves its work folder, and they fill the disk",
			Now:     "go-safe removes those in which nothing changed for three days, if nobody uses them",
			Heading: "the-disk-fills-with-go-build-folders-in-the-temp-folder", look: tempLeft,
		},
		{
			ID: "tmp-cleaned", Group: directories,
			Why:     "builds end with: open $WORK/b001/_pkg_.a: no such file or directory",
			Heading: tempErrors, look: tempCleaned,
		},
		{
			ID: "cache-writable", Group: directories,
			Why:     "go commands end with: failed to initialize build cache, or: package fmt is not in std",
			Heading: buildErrors, look: accessOf("GOCACHE"),
		},
		{
			ID: "cache-noexec", Group: directories,
			Why:     "the second go run of a program and go tool end with: permission denied",
			Heading: buildErrors, look: execOf("GOCACHE"),
		},
		{
			ID: "cache-room", Group: directories,
			Why:     "go commands end with: package fmt is not in std",
			Heading: notInStd, look: roomOf("GOCACHE"),
		},
		{
			ID: "cache-locks", Group: directories,
			Why:     hangs,
			Heading: lockErrors, look: locksOf("GOCACHE"),
		},
		{
			ID: "gopath-writable", Group: directories,
			Why:     "modules cannot be verified (pkg/sumdb), nor binaries placed",
			Heading: moduleErrors, look: accessOf("GOPATH"),
		},
		{
			ID: "modcache-writable", Group: directories,
			Why:     "a module that is not there cannot be added: permission denied",
			Heading: moduleErrors, look: accessOf("GOMODCACHE"),
		},
		{
			ID: "modcache-noexec", Group: directories,
			Why:     "a downloaded toolchain cannot be run",
			Heading: "forkexec-gopkgmodgolangorgtoolchainbingo-permission-denied", look: execOf("GOMODCACHE"),
		},
		{
			ID: "modcache-room", Group: directories,
			Why:     "downloads end with: no space left on device",
			Heading: moduleErrors, look: roomOf("GOMODCACHE"),
		},
		{
			ID: "modcache-names", Group: directories,
			Why:     "a module with a file of a longer name ends with: file name too long",
			Now:     "go commands work, except with such a module",
			Heading: "file-name-too-long", look: longNames,
		},
		{
			ID: "modcache-locks", Group: directories,
			Why:     hangs,
			Heading: lockErrors, look: locksOf("GOMODCACHE"),
		},
		{
			ID: "windows-drive", Group: directories,
			Why:     "programs cannot be told from other files, modules not kept read-only, and all is slow",
			Now:     "go-safe uses it as it is",
			Heading: lockErrors, look: windowsDrive,
		},
		{
			ID: "nfs-locks", Group: directories,
			Why:     "two machines that use one cache break it",
			Now:     "the locks of go-safe hold on this machine only",
			Heading: lockErrors, look: nfsLocks,
		},
		{
			ID: "selinux", Group: directories,
			Why:     "go commands end with permission denied, and the modes show no reason",
			Heading: "go-mkdir-gopkgmodcache-permission-denied-although-owner-and-mode-allow-it", look: selinux,
		},
	}
}

// directoryCheck makes a check of one property of a directory. Trouble says what is wrong, in words that follow the
// path, "" if nothing is.
func directoryCheck(name string, trouble func(m *Machine, p envfix.DirInfo) string) func(*Machine) Finding {
	return func(m *Machine) Finding {
		variable, dir := m.directory(name)
		if dir == "" {
			return ok(variable, "is not set")
		}
		if !filepath.IsAbs(dir) {
			return m.relativeDirectory(variable, dir)
		}
		p := envfix.Inspect(variable, dir)
		wrong := trouble(m, p)
		if wrong == "" {
			return ok(dir, notThereYet(p))
		}
		f := m.directoryFinding(name, variable, p, wrong)
		if f.Status != OK && m.homeless(dir) && m.variable(name).Changed() {
			return m.becauseOfHome(f)
		}
		return f
	}
}

func (m *Machine) relativeDirectory(variable, dir string) Finding {
	f := Finding{
		Status: Broken, Looked: m.shown(variable), Found: "is no absolute path", Advice: m.unset(variable),
	}
	if path, bad := m.relativeGOPATH(); bad && f.Advice == "" {
		f.Looked, f.Advice = variable+"="+dir+" ("+string(envfix.FromDefault)+")", path.Advice
	}
	return f
}

// directoryFinding says what to do about a directory. If go-safe uses another one instead, the finding is a warning.
func (m *Machine) directoryFinding(name, variable string, p envfix.DirInfo, wrong string) Finding {
	if m.readingIsEnough(name, p) {
		return ok(p.Path, wrong+", and GOPROXY=off lets nothing be added")
	}
	f := Finding{Status: Broken, Looked: p.Path, Found: wrong, Details: m.facts(variable, p)}
	v := m.variable(name)
	if v.Changed() {
		f.Status, f.Now = Warning, "go-safe "+useOf(name, p)+" "+v.Value
	}
	if f.joinedLater(p) {
		return f
	}
	switch chmod := chmodOwn(p); {
	case wrong == noTemp:
		f.Advice, f.Fix, f.fixDir = shell.MakePrivateDir(p.Path), true, filepath.Dir(p.Path)
		f.Done = "made " + p.Path
		if variable == name && !v.Changed() {
			f.Status, f.Now = Warning, "go-safe makes it"
		}
	case chmod != "":
		f.Advice, f.Fix, f.fixDir = chmod, true, filepath.Dir(p.Deepest)
		f.Done = opened
	case v.Changed():
		f.Advice = m.replace(name, variable, v)
		f.Details = append(f.Details, m.chownByRoot(name, p)...)
	case m.defaultWorks(variable):
		f.Advice = m.unset(variable)
	default:
		f.Now = "go commands fail, with go-safe too, until " + name + " names a folder that works"
	}
	return m.fromRoot(f, brokenPart(name, p).Deepest)
}

// joinedLater changes the finding about a directory if all that is wrong is that the session is older than the user's
// membership in a group, and reports whether that is so.
func (f *Finding) joinedLater(p envfix.DirInfo) bool {
	group := p.JoinedLater()
	if group != "" {
		f.Found = "is open to group " + group + "; you are in it, but this session began before: log in again"
		f.Advice = "newgrp " + shell.Quote(group)
	}
	return group != ""
}

// opened is what a chmod of one's own directory has done.
const opened = "its owner may read and write it again"

// useOf says what go-safe does with the directory that it chose instead of p. It goes on reading a module cache that
// it cannot write to.
func useOf(name string, p envfix.DirInfo) string {
	if (name == "GOMODCACHE" || name == "GOPATH") && p.Access+p.Room != "" {
		return "adds modules to"
	}
	return "uses"
}

// readingIsEnough reports whether a directory of modules can be read and nothing would be added to it, because the
// go command may not download. A toolchain in it has to be executable nevertheless, and the advice for a directory
// of our own is to open it.
func (m *Machine) readingIsEnough(name string, p envfix.DirInfo) bool {
	if name != "GOPATH" && name != "GOMODCACHE" || p.NoExec && m.switches() || chmodOwn(brokenPart(name, p)) != "" {
		return false
	}
	if m.Settings.Get("GOPRIVATE").Value+m.Settings.Get("GONOPROXY").Value != "" {
		return false
	}
	list := m.proxies()
	_, err := os.ReadDir(p.Path)
	return err == nil && len(list) > 0 && list[0].Entry == "off"
}

// notThereYet is the fact about a directory that the go command will make.
func notThereYet(p envfix.DirInfo) string {
	if p.Exists {
		return ""
	}
	return "not there yet"
}

// facts are the details about a directory.
func (m *Machine) facts(variable string, p envfix.DirInfo) []string {
	s := m.Settings.Directory(variable)
	lines := []string{variable + " comes from: " + string(s.Origin)}
	if p.Exists {
		lines = append(lines, fmt.Sprintf("mode %v, owner %s", p.Mode, user.Name(p.Owner)))
	}
	isCache := variable == "GOCACHE" || variable == "GOMODCACHE"
	// Unusable says that a cache cannot be listed. The go command can use such a cache.
	if c := rights.Of(p.Path); isCache && p.Exists && c.Policy != rights.Unusable {
		lines = append(lines, "as a cache it is "+c.Policy.String())
	}
	inodes := fmt.Sprint(p.Files)
	if p.Files > 1<<60 { // the file system has no limit
		inodes = "enough"
	}
	return append(lines, fmt.Sprintf("%d MiB and %s inodes left%s", p.Bytes>>20, inodes, mountFact(p.Deepest)))
}

// mountFact says which file system a path is on.
func mountFact(path string) string {
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return ""
	}
	on := fsinfo.MountOf(fsinfo.Mounts(), real)
	if on.Type == "" {
		return ""
	}
	return " on " + on.Type + " (" + strings.Join(on.Options, ",") + ")"
}

// execOf checks that programs in a directory can be executed.
func execOf(name string) func(*Machine) Finding {
	return directoryCheck(name, func(m *Machine, p envfix.DirInfo) string {
		if !p.NoExec || name == "GOMODCACHE" && !m.switches() {
			return ""
		}
		return "is on a file system mounted noexec"
	})
}

// roomOf checks that there is as much room as the plan asks for. The temp folder also gets a fact if it has room for
// go build, but maybe not for go test and go run: go-safe moves $WORK of go build to where there is more, but
// programs that go test and go run start could see that.
func roomOf(name string) func(*Machine) Finding {
	check := directoryCheck(name, func(m *Machine, p envfix.DirInfo) string { return cmp.Or(p.Room, p.WriteTrouble()) })
	return func(m *Machine) Finding {
		if f, closed := m.closedDirectory(name); closed {
			return f
		}
		f := check(m)
		if name != "GOTMPDIR" || f.Status != OK {
			return f
		}
		if link, bad := m.linkerTemp(func(p envfix.DirInfo) string { return p.Room }); bad {
			return link
		}
		if variable, dir := m.directory(name); variable == envfix.TempName && filepath.IsAbs(dir) {
			if little := envfix.Inspect("WORK", dir).Room; little != "" {
				f.Found = little + ", too little for go test of a large project"
			}
		}
		return f
	}
}

// locksOf checks that files in a directory can be locked.
func locksOf(name string) func(*Machine) Finding {
	check := directoryCheck(name, func(m *Machine, p envfix.DirInfo) string {
		err := m.Unlockable(p.Deepest)
		if err == nil {
			return ""
		}
		var refused *lock.RefusedError
		if errors.As(err, &refused) {
			err = refused.Err
		}
		return envfix.WithoutLocks(err)
	})
	return func(m *Machine) Finding {
		if f, closed := m.closedDirectory(name); closed {
			return f
		}
		return check(m)
	}
}

// closedDirectory is the finding of a check that needs a directory which can be used, if it cannot.
func (m *Machine) closedDirectory(name string) (f Finding, closed bool) {
	variable, dir := m.directory(name)
	if !filepath.IsAbs(dir) {
		return Finding{}, false
	}
	p := envfix.Inspect(variable, dir)
	return excused(dir, p.Access), p.Access != ""
}

// longNames checks that the module cache takes the file names of all modules. A file system that encrypts names takes
// shorter ones (ecryptfs 143 bytes).
func longNames(m *Machine) Finding {
	_, dir := m.directory("GOMODCACHE")
	if !filepath.IsAbs(dir) {
		return ok(dir, "")
	}
	p := envfix.Inspect("GOMODCACHE", dir)
	switch {
	case p.Names == 0:
		return excused(dir, "how long names may be is not known here")
	case p.Names >= envfix.LongestName:
		return ok(dir, "")
	}
	f := Finding{Status: Warning, Looked: dir, Found: fmt.Sprintf("takes names of %d bytes at most", p.Names)}
	if base := m.Settings.LongNames(); base != "" {
		own := filepath.Join(base, "gopath", "pkg", "mod")
		f.Advice = m.copyModules("GOMODCACHE", envfix.Var{Name: "GOMODCACHE", Value: own})
	}
	return f
}

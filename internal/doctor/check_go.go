package doctor

import (
	"errors"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/go-safe/go-safe/envfix"
	"github.com/go-safe/go-safe/internal/fsinfo"
	"github.com/go-safe/go-safe/internal/shell"
	"github.com/go-safe/go-safe/shim"
)

const whichGo = "which go"

func goChecks() []Check {
	return []Check{
		{
			ID: "shim-first", Group: whichGo,
			Why:     "make, IDEs and scripts take the first go on PATH, and without go-safe none of this is fixed",
			Now:     "they run plain go",
			Heading: "no-error-but-plain-go-runs", look: shimFirst,
		},
		{
			ID: "go-found", Group: whichGo,
			Why:     "there is nothing for go-safe to stand in front of",
			Heading: "no-go-command-is-found", look: goFound,
		},
		{
			ID: "go-several", Group: whichGo,
			Why:     "an IDE or a login shell with another PATH builds with another version",
			Now:     "go-safe takes the first one on PATH",
			Heading: "no-error-but-another-version-of-go-runs", look: goSeveral,
		},
		{
			ID: "version-manager", Group: whichGo,
			Why:     "every go command that goes through it fails",
			Heading: "no-version-is-set-for-command-go", look: versionManager,
		},
		{
			ID: "sudo-path", Group: whichGo,
			Why:     "sudo go is plain go, and leaves what it makes in the user's caches to root",
			Now:     "sudo go is plain go",
			Heading: "no-error-but-plain-go-runs", look: sudoPath,
		},
		{
			ID: "go-mixed", Group: whichGo,
			Why:     "the go command refuses a compiler of another version; a tarball unpacked over an old tree does this",
			Heading: "compile-version-go19-does-not-match-go-tool-version-go192", look: goMixed,
		},
		{
			ID: "goroot", Group: whichGo,
			Why:     "with it plain go finds no standard library, and go env -u GOROOT fails as well",
			Now:     "go-safe does not pass it on",
			Heading: "go-cannot-find-goroot-directory-usrlibgo-120", look: goroot,
		},
		{
			ID: "gobin-writable", Group: whichGo,
			Why:     "go install fails when all is built",
			Now:     "go install fails, and all else works",
			Heading: installing, look: gobinWritable,
		},
		{
			ID: "gobin-path", Group: whichGo,
			Why:     "what go install installs is not found, or an old one elsewhere is",
			Now:     "go install puts programs there",
			Heading: "no-error-but-an-installed-program-is-not-found", look: gobinPath,
		},
		{
			ID: "gobin-old", Group: whichGo,
			Why:     "analyzers and language servers refuse code for a newer Go than built them",
			Now:     "go-safe leaves them as they are",
			Heading: "no-error-but-an-installed-program-is-not-found", look: gobinOld,
		},
	}
}

// Headings in docs/errors.md of which several checks are reminded.
const (
	installing   = "installing-programs"
	noHomeErrors = "no-home-or-a-home-that-cannot-be-used"
	tempErrors   = "temp-folder"
	buildErrors  = "build-cache"
	moduleErrors = "module-cache"
	lockErrors   = "locks-and-waiting"
	notInStd     = "package-fmt-is-not-in-std-usrlocalgosrcfmt"
	planted      = "no-error-but-a-program-that-you-did-not-write-runs"
	netErrors    = "network-and-private-modules"
)

// shimFirst checks that go-safe is what runs as go.
func shimFirst(m *Machine) Finding {
	all := m.Search.All()
	f := Finding{Status: Warning, Looked: "PATH", Found: "there is no go on it"}
	switch {
	case len(all) == 0:
		f.Now = "make, IDEs and scripts find no go"
	case all[0].Self && m.runnable(all[0].Path):
		return ok(all[0].Path, "")
	case all[0].Self:
		f.Status, f.Looked, f.Now = Broken, all[0].Path, "no go command runs"
		f.Found = "is a go-safe for another machine, which this one cannot run"
	default:
		f.Found = all[0].Path + ", " + kindOf(all[0]) + ", comes before go-safe"
	}
	if dir, makes := m.shimFolder(); dir != "" {
		f.Advice = join(makes, m.prependPath(dir))
	} else if runtime.GOOS == "windows" {
		f.Advice = m.Called + " safe install"
	}
	return f
}

// kindOf says what a file called go is.
func kindOf(g shim.Found) string {
	if g.GOROOT == "" {
		if name := managerOf(g.Path); name != "" {
			return name + "'s"
		}
		return "a script or a version manager's"
	}
	if v := envfix.Version(g.GOROOT); v != "" {
		return v
	}
	return "of the tree " + g.GOROOT
}

// goFound says which go is the real one.
func goFound(m *Machine) Finding {
	if m.NotFound == nil {
		return ok(m.Real.Path, envfix.Version(m.Real.GOROOT))
	}
	f := Finding{Status: Broken, Looked: "PATH", Found: "no go command found"}
	var none *shim.NotFoundError
	switch {
	case m.Chosen:
		f.Looked, f.Found, f.Advice = "GOSAFE_GO", m.NotFound.Error(), shell.Unset("GOSAFE_GO")
	case errors.As(m.NotFound, &none):
		f.Details = none.Looked
	}
	if f.Advice == "" {
		f.Advice = m.chooseDownloadedGo()
	}
	return f
}

// goSeveral looks for go commands of other versions on PATH.
func goSeveral(m *Machine) Finding {
	version := envfix.Version(m.Real.GOROOT)
	if version == "" {
		return m.unknownGo()
	}
	f := ok(m.Real.Path, "")
	for _, g := range m.Search.All() {
		if g.Self {
			continue
		}
		f.Details = append(f.Details, g.Path+": "+kindOf(g))
		other := envfix.Version(g.GOROOT)
		if other == "" || other == version || m.Chosen {
			continue
		}
		f.Status, f.Found = Warning, version+" wins, and "+g.Path+" is "+other
		f.Advice = export("GOSAFE_GO", m.Real.Path)
	}
	return f
}

// unknownGo is the finding of a check that needs the version or the tree of the real go.
func (m *Machine) unknownGo() Finding {
	if m.NotFound != nil {
		return excused("PATH", "there is no go command to look at")
	}
	return excused(m.Real.Path, "is not in a Go tree of its own")
}

// goMixed asks the compiler that the real go would run for its version.
func goMixed(m *Machine) Finding {
	want := envfix.Version(m.Real.GOROOT)
	compiler := filepath.Join(toolDir(m.Real.GOROOT), "compile")
	if want == "" || m.NotFound != nil {
		return m.unknownGo()
	}
	out, err := m.ask("/", nil, compiler, "-V")
	f, words := Finding{Status: Broken, Looked: compiler}, strings.Fields(out)
	switch {
	case err != nil || len(words) < 3:
		f.Found = "cannot be run: " + complaint(out, err)
	case words[2] != want:
		f.Found = "is " + words[2] + ", and the go command " + want
	default:
		return ok(compiler, want)
	}
	f.Advice = m.chooseNextGo()
	return f
}

// toolDir returns the folder with the tools of a Go tree. The go command there may be built for another architecture
// than this program (amd64 on arm64 under Rosetta); then there is only one folder for this system.
func toolDir(goroot string) string {
	own := filepath.Join(goroot, "pkg", "tool", runtime.GOOS+"_"+runtime.GOARCH)
	dirs, _ := filepath.Glob(filepath.Join(goroot, "pkg", "tool", runtime.GOOS+"_*"))
	if !fsinfo.Exists(own) && len(dirs) == 1 {
		return dirs[0]
	}
	return own
}

// goroot tells if the plan does not pass GOROOT on.
func goroot(m *Machine) Finding {
	v := m.variable("GOROOT")
	if !v.Changed() {
		return ok(m.shown("GOROOT"), "")
	}
	return Finding{
		Status: Warning, Looked: m.shown("GOROOT"), Found: v.Why,
		Advice: m.unset("GOROOT"),
	}
}

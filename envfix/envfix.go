// Package envfix gives the go command directories that work for this user on this machine: GOTMPDIR, GOCACHE,
// GOMODCACHE and GOPATH. It also replaces HOME, TMPDIR and GOROOT if they would make the command fail.
//
// It works in three steps. ReadSettings learns what the go command would use. Resolve looks at these directories
// and decides; it writes nothing. Prepare makes what the decision needs. A value that works stays as it is and is
// not even set: an OS variable would override the user's go env -w file.
package envfix

import (
	"slices"
	"strings"

	"github.com/go-safe/go-safe/internal/shell"
)

// A Var is a variable that go-safe looks at.
type Var struct {
	Name       string
	Value      string  // what the child uses, "" for nothing
	Origin     Origin  // of Value, "" if go-safe did not look at the variable
	Was        Setting // before go-safe changed it
	Why        string  // why go-safe changed it, "" if it did not
	Remedy     string  // the command that removes the reason for the change, with shell.Self in it
	AlwaysWarn bool    // tell the user about the change even if nobody chose the old value

	asked   bool // a setting asks for the change, so nobody is to be warned of it
	noLocks bool // files in the old directory cannot be locked
}

// Changed reports whether go-safe set or removed the variable.
func (v Var) Changed() bool {
	return v.Origin == FromGoSafe
}

// Chosen reports whether somebody chose the value: in the environment, by go env -w, or in the site's file.
func (v Var) Chosen() bool {
	return v.Origin == FromEnviron || v.Origin == FromEnvFile || v.Origin == FromSite
}

// Asked reports whether a setting of go-safe asks for the change. The old directory works.
func (v Var) Asked() bool { return v.asked }

// Denied reports whether a setting asked for another value, and there is none that works.
func (v Var) Denied() bool { return v.asked && !v.Changed() }

// Overrides reports whether the user should be told that go-safe changed the value. That is so if somebody chose
// the old value, in the environment or by go env -w, or if the user's whole cache is left for another one. A value of
// the site's file is the administrator's, and the doctor tells of it.
func (v Var) Overrides() bool {
	chosen := v.Was.Value != "" && (v.Was.Origin == FromEnviron || v.Was.Origin == FromEnvFile)
	return v.AlwaysWarn || !v.asked && v.Changed() && chosen
}

// set records a value that go-safe chose.
func (v *Var) set(was Setting, value, why string) {
	v.Value, v.Origin, v.Was, v.Why, v.Remedy = value, FromGoSafe, was, why, was.Undo(v.Name)
	if v.noLocks && v.Remedy == "" && was.Origin != FromSite {
		v.AlwaysWarn, v.Remedy = true, shell.Self+" env -w "+v.Name+"="+shell.Quote(value)
	}
}

// keep records a value that works, or that is not go-safe's to judge.
func (v *Var) keep(s Setting) {
	v.Value, v.Origin = s.Value, s.Origin
}

// A Plan is what go-safe will give a command.
type Plan struct {
	Home        Var // HOME
	GOROOT      Var
	WorkDir     Var // GOTMPDIR
	TempDir     Var // TMPDIR, on Windows TMP
	BuildCache  Var // GOCACHE
	GOPATH      Var
	ModCache    Var          // GOMODCACHE
	PrivateCopy *PrivateCopy // the private copy that ModCache names, to be filled; nil if there is none

	NoCache bool // GOCACHE does not work, and there is no other place for it
	NoExec  bool // the command executes files in $WORK, which is noexec, and there is no other place for it

	otherTemps    []Var    // other variables for the temp folder
	lostGoEnv     []Var    // settings in GOROOT/go.env that the command would not find
	privateDirs   []string // private folders that Prepare makes or checks
	missingDirs   []string // folders that the user chose and Prepare makes
	foreignCaches []string // build caches in which Prepare moves folders of other users aside
	sweepDir      string   // the folder from which Prepare removes abandoned go-build folders, "" for none
}

func newPlan() *Plan {
	return &Plan{
		Home:       Var{Name: "HOME"},
		GOROOT:     Var{Name: "GOROOT"},
		WorkDir:    Var{Name: "GOTMPDIR"},
		TempDir:    Var{Name: TempName},
		BuildCache: Var{Name: "GOCACHE"},
		GOPATH:     Var{Name: "GOPATH"},
		ModCache:   Var{Name: "GOMODCACHE"},
	}
}

// all returns the variables that go-safe may have looked at.
func (p *Plan) all() []*Var {
	list := []*Var{&p.Home, &p.GOROOT}
	for i := range p.lostGoEnv {
		list = append(list, &p.lostGoEnv[i])
	}
	list = append(list, &p.WorkDir, &p.TempDir)
	for i := range p.otherTemps {
		list = append(list, &p.otherTemps[i])
	}
	return append(list, &p.BuildCache, &p.GOPATH, &p.ModCache)
}

// Vars returns the variables that go-safe looked at.
func (p *Plan) Vars() []Var {
	var list []Var
	for _, v := range p.all() {
		if v.Origin != "" {
			list = append(list, *v)
		}
	}
	return list
}

// Environ returns a copy of environ with the plan's changes. Variables that do not change keep their places.
func (p *Plan) Environ(environ []string) []string {
	for _, v := range p.all() {
		if v.Changed() {
			environ = Setenv(environ, v.Name, v.Value)
		}
	}
	return environ
}

// Setenv returns a copy of environ with name set to value, or without name if value is empty.
func Setenv(environ []string, name, value string) []string {
	out := slices.DeleteFunc(slices.Clone(environ), func(kv string) bool {
		key, _, _ := strings.Cut(kv, "=")
		return sameName(key, name)
	})
	if value == "" {
		return out
	}
	return append(out, name+"="+value)
}

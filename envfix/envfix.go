// Package envfix gives the go command directories that work for this user on this machine:
// GOTMPDIR, GOCACHE, GOMODCACHE and GOPATH, and HOME, TMPDIR and GOROOT where they stand in the way.
//
// It works in steps. ReadSettings learns what the go command would use, Resolve looks at it and
// decides, and writes nothing; Prepare makes what is missing. A value that works is left alone, and not
// even set: an OS variable would override the user's go env -w file.
package envfix

import (
	"path/filepath"
	"slices"
	"strings"
)

// A Var is a variable that go-safe looks at.
type Var struct {
	Name   string
	Value  string // what the child uses, "" for nothing
	Origin Origin
	Was    Setting // before go-safe changed it
	Why    string  // why go-safe changed it, "" where it did not
	Hint   string  // what to type to be rid of Why, with Self in it
	Said   bool    // is to be said even where nobody chose the value
}

// Changed reports whether go-safe set or removed the variable.
func (v Var) Changed() bool {
	return v.Origin == FromGoSafe
}

// Overrides reports whether the user is to know that go-safe changed the value: somebody chose it, in the environment or
// by go env -w, or it is a cache of the user's that is left behind whole.
func (v Var) Overrides() bool {
	return v.Said || v.Changed() && v.Was.Value != "" && (v.Was.Origin == FromEnviron || v.Was.Origin == FromEnvFile)
}

// A Plan is what go-safe will give a command.
type Plan struct {
	Vars []Var
	Twin *Twin // to be seeded, nil where there is none

	NoCache bool // GOCACHE does not work, and there is no other place for it

	private []string // folders of go-safe's own, to be made or checked
	missing []string // folders of the user's choice, to be made
	strange []string // GOCACHE in which folders of another user are to be moved aside
	sweep   string   // folder in which abandoned go-build folders are removed, "" for none
	noLocks []string // variables whose value is a directory without locks
}

// set records a value of go-safe's own.
func (p *Plan) set(was Setting, name, value, why string) {
	v := Var{Name: name, Value: value, Origin: FromGoSafe, Was: was, Why: why, Hint: was.Undo(name)}
	if slices.Contains(p.noLocks, name) && v.Hint == "" {
		v.Said, v.Hint = true, Self+" env -w "+name+"="+Quote(value)
	}
	p.Vars = append(p.Vars, v)
}

// keep records a value that works, or that is not go-safe's to judge.
func (p *Plan) keep(name string, s Setting) {
	p.Vars = append(p.Vars, Var{Name: name, Value: s.Value, Origin: s.Origin})
}

// Value is what the child uses for the variable name, one of those in Vars; "" where it has none.
func (p *Plan) Value(name string) string {
	for _, v := range p.Vars {
		if v.Name == name {
			return v.Value
		}
	}
	return ""
}

// Environ returns environ with the plan's changes; environ itself stays as it is. A variable that
// does not change stays where it stands.
func (p *Plan) Environ(environ []string) []string {
	for _, v := range p.Vars {
		if v.Changed() {
			environ = Setenv(environ, v.Name, v.Value)
		}
	}
	return environ
}

// Setenv returns a copy of environ with name set to value, or without it where value is empty.
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

// judgeable reports whether value names a directory that go-safe may judge. The rest, off, a relative path, a ~,
// the go command refuses itself and says why.
func judgeable(value string) bool {
	return filepath.IsAbs(value)
}

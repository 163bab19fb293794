package doctor

import (
	"path/filepath"

	"github.com/go-safe/go-safe/envfix"
)

// noTemp is what is wrong with a GOTMPDIR that is missing.
const noTemp = "is not there, and plain go does not make it"

// accessOf checks that a directory can be used or made. Its details are the facts about the directory.
func accessOf(name string) func(*Machine) Finding {
	check := directoryCheck(name, func(m *Machine, p envfix.DirInfo) string {
		if name == "GOTMPDIR" && !p.Exists && p.Access == "" {
			return noTemp
		}
		if part := brokenPart(name, p); part.Path != p.Path {
			below, _ := filepath.Rel(p.Path, part.Path)
			return "has " + below + ", which " + part.Access
		}
		return p.Access
	})
	return func(m *Machine) Finding {
		f := check(m)
		if path, bad := m.relativeGOPATH(); name == "GOPATH" && bad {
			return path
		}
		link, bad := m.linkerTemp(func(p envfix.DirInfo) string { return p.Access })
		if name == "GOTMPDIR" && f.Status == OK && bad {
			return link
		}
		variable, dir := m.directory(name)
		if dir == "" && m.variable(name).Value == "" { // without a home, and without another place
			return Finding{
				Status: Broken, Looked: variable, Found: "has no default without HOME, and there is no place for one",
				Advice: m.changeHome(),
			}
		}
		if !filepath.IsAbs(dir) {
			return f
		}
		p := envfix.Inspect(variable, dir)
		if part := brokenPart(name, p); f.Status == OK {
			f.Details = m.facts(variable, p)
		} else if chmod := chmodOwn(part); chmod != "" {
			f.Advice, f.Fix, f.fixDir, f.Done = chmod, true, filepath.Dir(part.Deepest), opened
		}
		return f
	}
}

// brokenPart returns the directory below p that go commands write to and cannot, else p.
func brokenPart(name string, p envfix.DirInfo) envfix.DirInfo {
	part := map[string]string{"GOPATH": "pkg/sumdb", "GOMODCACHE": "cache/download"}[name]
	below := envfix.Inspect(name, filepath.Join(p.Path, part))
	if part != "" && p.Access == "" && below.Access != "" {
		return below
	}
	return p
}

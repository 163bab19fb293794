package doctor

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/go-safe/go-safe/envfix"
)

// relative is the finding where an entry of the GOPATH that somebody chose is no absolute path, of which every go command ends; an empty
// one is passed over (cmd/go/main.go).
func (m *Machine) relative() (f Finding, bad bool) {
	s := m.Settings.Get("GOPATH")
	var good []string
	for _, entry := range filepath.SplitList(s.Value) {
		switch {
		case entry == "" || filepath.IsAbs(entry):
			good = append(good, entry)
		case !bad:
			bad = true
			f = Finding{Status: Broken, Looked: m.shown("GOPATH"), Found: "has an entry that is no absolute path: " + entry, Type: m.undo("GOPATH")}
		}
	}
	if !bad {
		return f, false
	}
	if v := m.variable("GOPATH"); v.Changed() {
		f.Status, f.Found = Warning, f.Found+"; go-safe uses "+v.Value
	}
	inForce := os.DevNull // for go env, which would end of it too
	if list := strings.Join(good, string(filepath.ListSeparator)); envfix.First(list) != "" {
		f.Type, inForce = m.set("GOPATH", list), list
	}
	if s.Origin == envfix.FromEnvFile && !strings.HasPrefix(f.Type, "export ") {
		f.Type = "GOPATH=" + envfix.Quote(inForce) + " " + f.Type
	}
	return f, true
}

package doctor

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/go-safe/go-safe/envfix"
	"github.com/go-safe/go-safe/internal/shell"
)

// relativeGOPATH is the finding if an entry of GOPATH is no absolute path: then every go command fails. It ignores
// empty entries (cmd/go/main.go).
func (m *Machine) relativeGOPATH() (f Finding, bad bool) {
	s := m.Settings.Get("GOPATH")
	var good []string
	for _, entry := range filepath.SplitList(s.Value) {
		switch {
		case entry == "" || filepath.IsAbs(entry):
			good = append(good, entry)
		case !bad:
			bad = true
			f = Finding{
				Status: Broken, Looked: m.shown("GOPATH"), Advice: m.unset("GOPATH"),
				Found: "has an entry that is no absolute path: " + entry,
			}
		}
	}
	if !bad {
		return f, false
	}
	if v := m.variable("GOPATH"); v.Changed() {
		f.Status, f.Now = Warning, "go-safe uses "+v.Value
	}
	meanwhile := os.DevNull // go env fails because of GOPATH too, so it gets another one
	if list := strings.Join(good, string(filepath.ListSeparator)); envfix.First(list) != "" {
		f.Advice, meanwhile = m.set("GOPATH", list), list
	}
	if s.Origin == envfix.FromEnvFile && strings.Contains(f.Advice, " env ") {
		f.Advice = shell.With("GOPATH", meanwhile, f.Advice)
	}
	return f, true
}

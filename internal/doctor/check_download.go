package doctor

import (
	"slices"
	"strings"

	"github.com/go-safe/go-safe/internal/doctor/formats"
)

// proxies returns the entries of GOPROXY.
func (m *Machine) proxies() []formats.Proxy { return formats.Proxies(m.Settings.Get("GOPROXY").Value) }

// goproxy checks the list of proxies without asking one.
func goproxy(m *Machine) Finding {
	shown, value := m.shown("GOPROXY"), m.Settings.Get("GOPROXY").Value
	if value == "" {
		return ok(shown, "")
	}
	f := Finding{Looked: shown}
	if f.Status, f.Found = judgeProxies(value); f.Status == OK {
		return f
	}
	f.Advice = m.unset("GOPROXY")
	fixed := formats.FixProxies(value)
	if status, _ := judgeProxies(fixed); status == OK && fixed != value {
		f.Advice = m.set("GOPROXY", fixed)
	}
	return f
}

// judgeProxies judges the list as cmd/go/internal/modfetch.proxyList does. A list with only one proxy is ok:
// companies have proxies that know every module.
func judgeProxies(value string) (Status, string) {
	list := formats.Proxies(value)
	if len(list) == 0 {
		return Broken, "has no entries"
	}
	for i, p := range list {
		switch last := i+1 == len(list); {
		case len(p.Split()) > 1:
			return Broken, "has " + p.Entry + ", and entries are separated by commas or |"
		case !p.Valid():
			return Broken, "has " + p.Entry + ", which is no address"
		case (p.Entry == "off" || p.Entry == "direct") && !last:
			return Warning, "asks nobody behind " + p.Entry
		}
	}
	switch first, last := list[0].Entry, list[len(list)-1].Entry; {
	case first == "off":
		return Warning, "forbids downloads"
	case first == "direct":
		return Warning, "asks each module's own server, and nobody where that is gone"
	case len(list) == 1, len(list) == 2 && last == "off":
		return OK, "has no fallback: nobody else is asked"
	}
	return OK, ""
}

// gosumdb looks for settings by which modules cannot be verified, or are not.
func gosumdb(m *Machine) Finding {
	value := m.Settings.Get("GOSUMDB").Value
	if wrong := formats.SumDBTrouble(value); wrong != "" {
		return Finding{
			Status: Broken, Looked: m.shown("GOSUMDB"), Found: wrong, Advice: m.unset("GOSUMDB"),
			Why: "a module that go.sum does not name cannot be verified, and go get and go mod tidy fail",
		}
	}
	var off []string
	if value == "off" {
		off = append(off, "GOSUMDB")
	}
	for _, name := range []string{"GONOSUMDB", "GOPRIVATE"} { // the second is the default of the first
		if list := m.Settings.Get(name).Value; list != "" {
			if slices.Contains(strings.Split(list, ","), "*") {
				off = append(off, name)
			}
			break
		}
	}
	if len(off) == 0 {
		return ok(m.shown("GOSUMDB"), "")
	}
	var shown, unsets []string
	for _, name := range off {
		shown, unsets = append(shown, m.shown(name)), append(unsets, m.unset(name))
	}
	return Finding{
		Status: Warning, Looked: strings.Join(shown, ", "), Found: "turns verification off for all modules",
		Advice: join(unsets...),
	}
}

package doctor

import (
	"cmp"
	"slices"
	"strings"
)

// A proxy is an entry of GOPROXY.
type proxy struct {
	entry  string // as it stands there
	behind string // the separator after it, "" for the last one
}

// proxies are the entries of GOPROXY with what separates them.
func (m *Machine) proxies() []proxy { return proxies(m.Settings.Get("GOPROXY").Value) }

func proxies(rest string) []proxy {
	var list []proxy
	for rest != "" {
		p := proxy{entry: rest}
		if i := strings.IndexAny(rest, ",|"); i >= 0 {
			p, rest = proxy{rest[:i], rest[i : i+1]}, rest[i+1:]
		} else {
			rest = ""
		}
		if p.entry = strings.TrimSpace(p.entry); p.entry != "" {
			list = append(list, p)
		}
	}
	return list
}

// url is the entry as the go command reads it (modfetch.proxyList): without a scheme it is a host.
func (p proxy) url() string {
	if strings.Contains(p.entry, ":/") || !strings.ContainsAny(p.entry, ".:/") {
		return strings.TrimRight(p.entry, "/")
	}
	return "https://" + strings.TrimRight(p.entry, "/")
}

// web reports whether a server stands behind the entry.
func (p proxy) web() bool {
	return strings.HasPrefix(p.url(), "https://") || strings.HasPrefix(p.url(), "http://")
}

// list is what is asked of a proxy. Whether it has the module does not matter.
func (p proxy) list() string { return p.url() + "/golang.org/x/mod/@v/list" }

// netProxy judges the proxies, in the order in which the go command asks them.
func netProxy(m *Machine) Finding {
	answers, err := m.answers()
	shown := m.shown("GOPROXY")
	if err != nil {
		return Finding{Status: Unknown, Looked: shown, Found: err.Error()}
	}
	f := ok(shown, "no server in it")
	list, served := m.proxies(), false
	for _, p := range list {
		a := answerTo(answers, p.list())
		if a == nil {
			continue
		}
		if f.Status == OK {
			f.Found = ""
		}
		line := p.url() + ": " + a.Status
		if a.Status == "" {
			line = p.url() + " " + a.matter()
		}
		f.Details = append(f.Details, line)
		switch {
		case a.good():
			served = true
			continue
		case a.absent() || f.Status != OK:
			continue
		}
		f.Status, f.Looked, f.Found, f.Type = a.verdict(), p.url(), a.matter(), m.cure(a)
		if f.Status == Unknown {
			continue
		}
		switch {
		case served:
			f.Status, f.Found = Warning, f.Found+"; it is asked for what no entry before it has"
		case p.behind == "|" && !a.hangs():
			f.Status, f.Found = Warning, f.Found+"; the go command passes it over each time"
		}
		if f.Type == "" {
			f.Type = m.without(list, answers)
		}
	}
	return f
}

// without is what to type so that only the entries of GOPROXY are asked that work; "" where none is left.
func (m *Machine) without(list []proxy, answers []probeAnswer) string {
	var kept strings.Builder
	serves := false
	for i, p := range list {
		a := answerTo(answers, p.list())
		if a != nil && !a.good() && !a.absent() {
			continue
		}
		serves = serves || a != nil && a.good()
		kept.WriteString(p.entry)
		if i+1 < len(list) {
			kept.WriteString(p.behind)
		}
	}
	if !serves {
		return ""
	}
	return m.set("GOPROXY", strings.TrimRight(kept.String(), ",|"))
}

// A database says how the go command looks for the checksum database (modfetch.dbClient.initBase).
type database struct {
	urls   []string // to be asked, in this order
	direct bool     // the last one is the database itself, and not a proxy that may pass it on
	falls  bool     // and is asked though a proxy failed that the go command may pass over
}

// sumdb asks each proxy in front of direct, then the database itself, but where GOSUMDB has a URL only that.
func (m *Machine) sumdb() database {
	fields := strings.Fields(m.Settings.Get("GOSUMDB").Value)
	if len(fields) == 0 || fields[0] == "off" {
		return database{}
	}
	name, _, _ := strings.Cut(fields[0], "+")
	own := "https://" + name
	if len(fields) > 1 {
		if own = strings.TrimRight(fields[1], "/"); !strings.HasPrefix(own, "http") {
			return database{}
		}
		return database{urls: []string{own + "/latest"}, direct: true}
	}
	var db database
	for _, p := range m.proxies() {
		if p.entry == "direct" || p.entry == "off" {
			db.falls = p.entry == "direct"
			break
		}
		supported := p.url() + "/sumdb/" + name + "/supported"
		if p.web() {
			db.urls = append(db.urls, supported)
		} else if exists(strings.TrimPrefix(supported, "file://")) {
			return db
		}
	}
	db.direct = m.Settings.Get("GOPROXY").Value != "off"
	if db.direct {
		db.urls = append(db.urls, own+"/latest")
	}
	return db
}

// netSumDB judges the way to the checksum database. A proxy that fails, and does not say that it has none, ends the search, unless the go
// command may pass it over and comes to another one that has it, or to direct (modfetch.TryProxies).
func netSumDB(m *Machine) Finding {
	answers, err := m.answers()
	shown := m.shown("GOSUMDB")
	if err != nil {
		return Finding{Status: Unknown, Looked: shown, Found: err.Error()}
	}
	var failed *probeAnswer
	db := m.sumdb()
	for i, u := range db.urls {
		a := answerTo(answers, u)
		if a == nil {
			break
		}
		own := db.direct && i == len(db.urls)-1
		switch {
		case a.good() && (failed == nil || !own || db.falls):
			f := ok(shown, "asked at "+base(u))
			if failed != nil {
				f.Details = []string{base(failed.URL) + " " + failed.matter()}
			}
			return f
		case own || !a.absent() && !m.passesOver(u):
			return m.noSumDB(cmp.Or(failed, a))
		case !a.absent():
			failed = cmp.Or(failed, a)
		}
	}
	if failed != nil {
		return m.noSumDB(failed)
	}
	return ok(shown, "no server is asked")
}

func (m *Machine) noSumDB(a *probeAnswer) Finding {
	return Finding{Status: a.verdict(), Looked: base(a.URL), Found: a.matter(), Type: m.cure(a)}
}

// base is the address of a database, as go commands name it.
func base(url string) string {
	return strings.TrimSuffix(strings.TrimSuffix(url, "/supported"), "/latest")
}

// passesOver reports whether the go command goes on when the proxy behind the URL fails.
func (m *Machine) passesOver(url string) bool {
	return slices.ContainsFunc(m.proxies(), func(p proxy) bool { return strings.HasPrefix(url, p.url()+"/sumdb/") && p.behind == "|" })
}

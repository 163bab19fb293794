package doctor

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/go-safe/go-safe/envfix"
	"github.com/go-safe/go-safe/internal/doctor/formats"
	"github.com/go-safe/go-safe/internal/fsinfo"
	"github.com/go-safe/go-safe/internal/shell"
)

const network = "the network"

// NetChecks returns the checks that ask servers. They take long, because the real go builds the program that asks:
// see probe.
func NetChecks() []Check {
	return []Check{
		{
			ID: "net-proxy", Group: network,
			Why:     "modules that are not in the module cache cannot be fetched",
			Now:     "downloads fail",
			Heading: netErrors, look: netProxy,
		},
		{
			ID: "net-sumdb", Group: network,
			Why:     "a module that go.sum does not name cannot be verified, and go get and go mod tidy fail",
			Now:     "downloads of new modules fail",
			Heading: netErrors, look: netSumDB,
		},
		{
			ID: "net-tls", Group: network,
			Why:     "go commands end with: tls: failed to verify certificate",
			Now:     "downloads fail",
			Heading: "tls-failed-to-verify-certificate-x509-certificate-signed-by-unknown-authority", look: netTLS,
		},
	}
}

// listURL returns what is asked of a proxy. It is a good answer too that the proxy does not have this module.
func listURL(p formats.Proxy) string { return p.URL() + "/golang.org/x/mod/@v/list" }

// netProxy judges the proxies in the order in which the go command asks them. The first one with trouble counts.
func netProxy(m *Machine) Finding {
	answers, err := m.answers()
	shown := m.shown("GOPROXY")
	if err != nil {
		return Finding{Status: Skipped, Looked: shown, Found: err.Error()}
	}
	f, list, served := ok(shown, "no server in it"), m.proxies(), false
	for _, p := range list {
		a := answerFrom(answers, listURL(p))
		if a == nil {
			continue
		}
		if f.Status == OK {
			f.Found = ""
		}
		line := p.URL() + ": " + a.Status
		if a.Status == "" {
			line = p.URL() + " " + a.trouble()
		}
		details := append(f.Details, line)
		if f.Status == OK && !a.good() && !a.absent() {
			f = m.proxyFinding(p, a, served)
			if f.Status != Skipped && f.Advice == "" {
				f.Advice = m.dropFailingProxies(list, answers)
			}
		}
		f.Details = details
		served = served || a.good()
	}
	return f
}

// proxyFinding is the finding about a proxy that failed. Served means that one before it has modules.
func (m *Machine) proxyFinding(p formats.Proxy, a *probeAnswer, served bool) Finding {
	f := Finding{Status: a.verdict(), Looked: p.URL(), Found: a.trouble(), Advice: m.fixConnection(a)}
	switch {
	case f.Status == Skipped:
	case served:
		f.Status, f.Found = Warning, f.Found+"; it is asked for what no entry before it has"
		f.Now = "downloads work, except of modules that no other proxy has"
	case p.Separator == "|" && !a.hangs():
		f.Status, f.Now = Warning, "the go command passes it over each time"
	}
	return f
}

// fixConnection returns the advice that the probe tried with success: other root certificates, or no HTTP proxy.
func (m *Machine) fixConnection(a *probeAnswer) string {
	for _, h := range a.Hops {
		if h.Roots != "" {
			return export("SSL_CERT_FILE", h.Roots)
		}
	}
	if !a.Direct {
		return ""
	}
	scheme, _, _ := strings.Cut(a.URL, ":")
	var set []string
	for _, name := range []string{"HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"} {
		if _, is := envfix.LookupEnv(m.Environ, name); is && strings.ToLower(name) == scheme+"_proxy" {
			set = append(set, name)
		}
	}
	return shell.Unset(set...)
}

// dropFailingProxies leaves in GOPROXY only the entries that work; "" if no server is left.
func (m *Machine) dropFailingProxies(list []formats.Proxy, answers []probeAnswer) string {
	var kept strings.Builder
	serves := false
	for _, p := range list {
		a := answerFrom(answers, listURL(p))
		if a != nil && !a.good() && !a.absent() {
			continue
		}
		serves = serves || a != nil && a.good()
		kept.WriteString(p.Entry + p.Separator)
	}
	if !serves {
		return ""
	}
	return m.set("GOPROXY", strings.TrimRight(kept.String(), ",|"))
}

// A sumDBSearch says where the go command looks for the checksum database (modfetch.dbClient.initBase).
type sumDBSearch struct {
	urls   []string // asked in this order
	direct bool     // the last one is the database itself, not a proxy that may pass requests on
	falls  bool     // the database is asked even after a proxy failed that the go command may skip
}

// sumDBSearch returns what is asked: each proxy before direct, then the database itself. If GOSUMDB has a URL, only
// that is asked.
func (m *Machine) sumDBSearch() sumDBSearch {
	fields := strings.Fields(m.Settings.Get("GOSUMDB").Value)
	if len(fields) == 0 || fields[0] == "off" {
		return sumDBSearch{}
	}
	name, _, _ := strings.Cut(fields[0], "+")
	if len(fields) > 1 {
		own := strings.TrimRight(fields[1], "/")
		if !strings.HasPrefix(own, "http") {
			return sumDBSearch{}
		}
		return sumDBSearch{urls: []string{own + "/latest"}, direct: true}
	}
	var db sumDBSearch
	for _, p := range m.proxies() {
		if p.Entry == "direct" || p.Entry == "off" {
			db.falls = p.Entry == "direct"
			break
		}
		supported := p.URL() + "/sumdb/" + name + "/supported"
		if p.Server() {
			db.urls = append(db.urls, supported)
		} else if fsinfo.Exists(strings.TrimPrefix(supported, "file://")) {
			return db
		}
	}
	db.direct = m.Settings.Get("GOPROXY").Value != "off"
	if db.direct {
		db.urls = append(db.urls, "https://"+name+"/latest")
	}
	return db
}

// netSumDB checks the way to the checksum database. A proxy that fails, and does not say that it has none, ends the
// search, unless the go command may skip it and finds another one that has it, or direct (modfetch.TryProxies).
func netSumDB(m *Machine) Finding {
	answers, err := m.answers()
	shown := m.shown("GOSUMDB")
	if err != nil {
		return Finding{Status: Skipped, Looked: shown, Found: err.Error()}
	}
	var failed *probeAnswer
	db := m.sumDBSearch()
	for i, u := range db.urls {
		a := answerFrom(answers, u)
		if a == nil {
			break
		}
		itself := db.direct && i == len(db.urls)-1
		switch {
		case a.good() && (failed == nil || !itself || db.falls):
			f := ok(shown, "asked at "+sumDBAddress(u))
			if failed != nil {
				f.Details = []string{sumDBAddress(failed.URL) + " " + failed.trouble()}
			}
			return f
		case itself || !a.absent() && !m.skipsProxyOf(u):
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
	return Finding{
		Status: a.verdict(), Looked: sumDBAddress(a.URL), Found: a.trouble(), Advice: m.fixConnection(a),
	}
}

// sumDBAddress returns the address of a database as go commands name it.
func sumDBAddress(url string) string {
	return strings.TrimSuffix(strings.TrimSuffix(url, "/supported"), "/latest")
}

// skipsProxyOf reports whether the go command goes on when the proxy of a URL fails.
func (m *Machine) skipsProxyOf(url string) bool {
	return slices.ContainsFunc(m.proxies(), func(p formats.Proxy) bool {
		return strings.HasPrefix(url, p.URL()+"/sumdb/") && p.Separator == "|"
	})
}

// netTLS checks the certificates of all servers that were asked.
func netTLS(m *Machine) Finding {
	answers, err := m.answers()
	if err != nil {
		return Finding{Status: Skipped, Looked: "certificates", Found: err.Error()}
	}
	f := ok("certificates", "")
	for _, a := range answers {
		for _, h := range a.Hops {
			if line := h.shown(a.Via); !slices.Contains(f.Details, line) {
				f.Details = append(f.Details, line)
			}
			if h.Wrong == "" || f.Status != OK {
				continue
			}
			f.Status, f.Looked, f.Found, f.Advice = Broken, h.Name, h.trouble(a.Via), m.fixConnection(&a)
		}
	}
	if len(f.Details) == 0 {
		f.Found = "none presented"
	}
	return f
}

// trouble says what is wrong with a certificate.
func (h probeHop) trouble(via string) string {
	who, anew := "presents a certificate", ""
	if via != "" {
		who = "presents through " + via + " a certificate"
		anew = "; it seems that the proxy signs anew what goes through it"
	}
	switch {
	case !h.Unknown:
		return who + " that is not valid: " + h.Wrong
	case h.Roots == "":
		return who + " of " + h.Authority + ", which nobody here trusts" + anew +
			"; ask who runs that for its certificate, and " + addRoots
	}
	return who + " of " + h.Authority + ", which Go does not know here" + anew
}

// shown returns a line about a certificate.
func (h probeHop) shown(via string) string {
	line := h.Name
	if via != "" {
		line += " through " + via
	}
	line += ": " + h.Subject + ", issued by " + h.Issuer
	if h.Authority != h.Issuer {
		line += ", which goes back to " + h.Authority
	}
	return line + ", expires " + h.Expires.Format(time.DateOnly)
}

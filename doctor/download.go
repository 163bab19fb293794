package doctor

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"path/filepath"
	"slices"
	"strings"
	"unicode"
)

func goproxy(m *Machine) Finding {
	shown, value := m.shown("GOPROXY"), m.Settings.Get("GOPROXY").Value
	if value == "" {
		return ok(shown, "")
	}
	f := Finding{Looked: shown}
	if f.Status, f.Found = judgeProxies(value); f.Status == OK {
		return f
	}
	f.Type = m.undo("GOPROXY")
	better := mendProxies(value)
	if status, _ := judgeProxies(better); status == OK && better != value {
		f.Type = m.set("GOPROXY", better)
	}
	return f
}

// judgeProxies judges the list as cmd/go/internal/modfetch.proxyList does. That there is nothing behind a proxy is told and no more: companies
// have one that is to know of every module.
func judgeProxies(value string) (Status, string) {
	list := proxies(value)
	if len(list) == 0 {
		return Broken, "has no entries"
	}
	for i, proxy := range list {
		p, behind := proxy.entry, i+1 < len(list) // not proxy.behind: nothing may follow that
		switch {
		case len(unblended(p)) > 1:
			return Broken, "has " + p + ", and entries are separated by commas or |"
		case !validProxy(p):
			return Broken, "has " + p + ", which is no address"
		case (p == "off" || p == "direct") && behind:
			return Warning, "asks nobody behind " + p
		}
	}
	switch first, last := list[0].entry, list[len(list)-1].entry; {
	case first == "off":
		return Warning, "forbids downloads"
	case first == "direct":
		return Warning, "asks each module's own server, and nobody where that is gone"
	case len(list) == 1, len(list) == 2 && last == "off":
		return OK, "has no fallback: nobody else is asked"
	}
	return OK, ""
}

// validProxy follows newProxyRepo there: a word, a URL of one of three schemes, or a host alone.
func validProxy(p string) bool {
	switch {
	case p == "off", p == "direct":
		return true
	case strings.Contains(p, ":/"):
		return validURL(p)
	}
	return strings.ContainsAny(p, ".:/") && !filepath.IsAbs(p) && validURL("https://"+p)
}

// validURL reports whether a server or a folder is named. What it takes net/url takes as well, but for addresses in brackets; each start
// would pay for net/url.
func validURL(u string) bool {
	scheme, rest, _ := strings.Cut(u, ":")
	if strings.ContainsFunc(u, unicode.IsControl) || badEscape(rest) {
		return false
	}
	rest, slashes := strings.CutPrefix(rest, "//")
	n := strings.IndexAny(rest+"/", "/?#")
	server, path := rest[:n], rest[n:]
	switch scheme {
	case "file":
		return server == "" && strings.HasPrefix(path, "/") && !strings.ContainsAny(path, "?#")
	case "http", "https":
		return slashes && validServer(server)
	}
	return false
}

// userChars are those of a name and a password (net/url.validUserinfo).
const userChars = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._:~!$&'()*+,;=%@"

// validServer judges user:password@host:port.
func validServer(server string) bool {
	at := strings.LastIndexByte(server, '@')
	user, host := server[:max(at, 0)], server[at+1:]
	if strings.Trim(user, userChars) != "" {
		return false
	}
	if inside, ok := strings.CutPrefix(host, "["); ok {
		address, after, closed := strings.Cut(inside, "]")
		port, colon := strings.CutPrefix(after, ":")
		return closed && strings.Contains(address, ":") && (after == "" || colon && digits(port))
	}
	name, port, _ := strings.Cut(host, ":")
	return name != "" && digits(port) && !strings.ContainsAny(name, " \"<>[]^`{|}\\%")
}

func digits(s string) bool { return strings.Trim(s, "0123456789") == "" }

// badEscape looks for a percent sign without two digits.
func badEscape(s string) bool {
	for {
		_, after, found := strings.Cut(s, "%")
		if !found {
			return false
		}
		if _, err := hex.DecodeString(after[:min(2, len(after))]); err != nil || len(after) < 2 {
			return true
		}
		s = after
	}
}

// unblended splits an entry of GOPROXY that was meant to be several. A path may have blanks and semicolons in it, a host has none.
func unblended(entry string) []string {
	blends := func(r rune) bool { return r == ';' || unicode.IsSpace(r) }
	words := strings.FieldsFunc(entry, blends)
	host := entry
	if _, after, ok := strings.Cut(entry, "://"); ok {
		host = after
	}
	host, _, _ = strings.Cut(host, "/")
	if strings.ContainsFunc(host, blends) || len(words) > 0 && slices.ContainsFunc(words[1:], func(word string) bool {
		return word == "direct" || word == "off" || strings.Contains(word, "://")
	}) {
		return words
	}
	return []string{entry}
}

// mendProxies puts commas where other signs were to separate.
func mendProxies(value string) string {
	var b strings.Builder
	for _, p := range proxies(value) {
		b.WriteString(strings.Join(unblended(p.entry), ",") + p.behind)
	}
	return strings.TrimRight(b.String(), ",|")
}

// gosumdb looks for settings by which nothing can be verified, or nothing is.
func gosumdb(m *Machine) Finding {
	if wrong := wrongSumDB(m.Settings.Get("GOSUMDB").Value); wrong != "" {
		return Finding{
			Status: Broken, Looked: m.shown("GOSUMDB"), Found: wrong, Type: m.undo("GOSUMDB"),
			Why: "a module that go.sum does not name cannot be verified, and go get and go mod tidy fail",
		}
	}
	var said, cures []string
	note := func(name string) {
		said = append(said, m.shown(name))
		cures = append(cures, m.undo(name))
	}
	if m.Settings.Get("GOSUMDB").Value == "off" {
		note("GOSUMDB")
	}
	for _, name := range []string{"GONOSUMDB", "GOPRIVATE"} { // the default of the first
		if list := m.Settings.Get(name).Value; list != "" {
			if slices.Contains(strings.Split(list, ","), "*") {
				note(name)
			}
			break
		}
	}
	if len(said) == 0 {
		return ok(m.shown("GOSUMDB"), "")
	}
	return Finding{Status: Warning, Looked: strings.Join(said, ", "), Found: "turns verification off for all modules", Type: join(cures...)}
}

// wrongSumDB follows cmd/go/internal/modfetch.dbDial: the name of a known database or the key of another, and where to ask it.
func wrongSumDB(value string) string {
	f := strings.Fields(value)
	switch {
	case value == "", value == "off", value == "sum.golang.google.cn":
		return ""
	case len(f) == 0:
		return "is blank"
	case len(f) > 2:
		return "is more than a name and an address"
	case f[0] != "sum.golang.org" && !validVerifier(f[0]):
		return "has " + f[0] + ", which is neither a database that the go command knows nor a key"
	case len(f) == 2 && !validURL(f[1]):
		return "has " + f[1] + ", which is no address"
	}
	return ""
}

// validVerifier follows golang.org/x/mod/sumdb/note.NewVerifier, without what it would need to verify: name+hash+key.
func validVerifier(text string) bool {
	name, rest, _ := strings.Cut(text, "+")
	hash16, key64, _ := strings.Cut(rest, "+")
	hash, err1 := hex.DecodeString(hash16)
	key, err2 := base64.StdEncoding.DecodeString(key64)
	const ed25519, size = 1, 1 + 32
	if err1 != nil || err2 != nil || len(key) != size || key[0] != ed25519 || !validURL("https://"+name) || strings.ContainsAny(name, "@?#%") || strings.HasSuffix(name, "/") {
		return false
	}
	sum := sha256.Sum256(append([]byte(name+"\n"), key...))
	return bytes.Equal(hash, sum[:4])
}

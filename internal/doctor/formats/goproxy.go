package formats

import (
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"unicode"
)

// A Proxy is an entry of GOPROXY.
type Proxy struct {
	Entry     string // as it stands in the list, without blanks around it
	Separator string // the comma or bar after it, "" for the last one
}

// Proxies returns the entries of a value of GOPROXY. The go command skips empty ones
// (cmd/go/internal/modfetch.proxyList), and so does Proxies.
func Proxies(value string) []Proxy {
	var list []Proxy
	for value != "" {
		p := Proxy{Entry: value}
		if i := strings.IndexAny(value, ",|"); i >= 0 {
			p, value = Proxy{value[:i], value[i : i+1]}, value[i+1:]
		} else {
			value = ""
		}
		if p.Entry = strings.TrimSpace(p.Entry); p.Entry != "" {
			list = append(list, p)
		}
	}
	return list
}

// URL returns the entry as the go command reads it (modfetch.proxyList): without a scheme it is a host.
func (p Proxy) URL() string {
	if strings.Contains(p.Entry, ":/") || !strings.ContainsAny(p.Entry, ".:/") {
		return strings.TrimRight(p.Entry, "/")
	}
	return "https://" + strings.TrimRight(p.Entry, "/")
}

// Server reports whether the entry is a server, and neither a word nor a folder.
func (p Proxy) Server() bool {
	return strings.HasPrefix(p.URL(), "https://") || strings.HasPrefix(p.URL(), "http://")
}

// Valid reports whether the go command takes the entry (modfetch.newProxyRepo): off, direct, a URL of one of three
// schemes, or a host without a scheme.
func (p Proxy) Valid() bool {
	switch {
	case p.Entry == "off", p.Entry == "direct":
		return true
	case strings.Contains(p.Entry, ":/"):
		return validURL(p.Entry)
	}
	return strings.ContainsAny(p.Entry, ".:/") && !filepath.IsAbs(p.Entry) && validURL("https://"+p.Entry)
}

// validURL reports whether a URL names a server or a folder that the go command can ask (modfetch.newProxyRepo). A
// server without a host is a URL too, but the request fails.
func validURL(text string) bool {
	u, err := url.Parse(text)
	if err != nil {
		return false
	}
	switch u.Scheme {
	case "file":
		return *u == url.URL{Scheme: u.Scheme, Path: u.Path, RawPath: u.RawPath} && strings.HasPrefix(u.Path, "/")
	case "http", "https":
		return u.Hostname() != ""
	}
	return false
}

// Split returns the entries that one entry was probably meant to be, separated by semicolons or blanks; itself if
// there is only one. A path may contain both, a host neither.
func (p Proxy) Split() []string {
	separates := func(r rune) bool { return r == ';' || unicode.IsSpace(r) }
	words := strings.FieldsFunc(p.Entry, separates)
	host := p.Entry
	if _, after, ok := strings.Cut(p.Entry, "://"); ok {
		host = after
	}
	host, _, _ = strings.Cut(host, "/")
	isEntry := func(word string) bool { return word == "direct" || word == "off" || strings.Contains(word, "://") }
	if strings.ContainsFunc(host, separates) || len(words) > 0 && slices.ContainsFunc(words[1:], isEntry) {
		return words
	}
	return []string{p.Entry}
}

// FixProxies returns a value of GOPROXY with commas in place of wrong separators.
func FixProxies(value string) string {
	var b strings.Builder
	for _, p := range Proxies(value) {
		if words := p.Split(); len(words) > 0 {
			b.WriteString(strings.Join(words, ",") + p.Separator)
		}
	}
	return strings.TrimRight(b.String(), ",|")
}

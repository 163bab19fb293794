package main

import (
	"regexp"
	"strings"
)

// private says which content must not leave this machine: what names a module that GOPRIVATE or GONOPROXY matches. A
// compiled package names itself and what it imports, so that includes all packages that have code of such a module.
type private struct{ re *regexp.Regexp }

// newPrivate reads patterns as the go command does: globs of the first elements of a path, separated by commas.
func newPrivate(patterns ...string) private {
	var all []string
	for _, list := range patterns {
		for _, glob := range strings.Split(list, ",") {
			if glob = strings.Trim(strings.TrimSpace(glob), "/"); glob != "" {
				all = append(all, globRegexp(glob))
			}
		}
	}
	if all == nil {
		return private{}
	}
	re, err := regexp.Compile(strings.Join(all, "|"))
	if err != nil {
		re = regexp.MustCompile("") // all is private rather than nothing
	}
	return private{re}
}

func (p private) in(content []byte) bool { return p.re != nil && p.re.Match(content) }

// globRegexp also matches the forms that a path has in a symbol (%2e) and in a module cache (!m for M).
func globRegexp(glob string) string {
	var b strings.Builder
	for i := 0; i < len(glob); i++ {
		switch c := glob[i]; {
		case c == '*':
			b.WriteString(`[^/\s]*`)
		case c == '?':
			b.WriteString(`[^/\s]`)
		case c == '[' && strings.IndexByte(glob[i:], ']') > 0:
			end := i + strings.IndexByte(glob[i:], ']')
			b.WriteString(glob[i : end+1])
			i = end
		case c == '.':
			b.WriteString(`(\.|%2e)`)
		case c >= 'A' && c <= 'Z':
			b.WriteString("(" + string(c) + "|!" + strings.ToLower(string(c)) + ")")
		default:
			b.WriteString(regexp.QuoteMeta(string(c)))
		}
	}
	return b.String()
}

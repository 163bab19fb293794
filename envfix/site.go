package envfix

import (
	"slices"
	"strings"

	"github.com/go-safe/go-safe/internal/site"
)

// fromSite is the variable in which go-safe notes which OS variables it has set from the site's file, separated by
// blanks. A go-safe below takes these out again before it looks: they are defaults and not the user's choice.
const fromSite = "GOSAFE_SITE"

// WithSite returns environ with the values of the site's file that count for the go command. Those in except are left
// out: go env -w and -u warn of an OS variable with the name that they change.
func (s *Settings) WithSite(environ []string, except []string) []string {
	var set []string
	for _, name := range s.Site.Names() {
		v := s.Get(name)
		if v.Origin != FromSite || strings.HasPrefix(name, "GOSAFE") || slices.Contains(except, name) {
			continue
		}
		environ = Setenv(environ, name, v.Value)
		set = append(set, name)
	}
	if set == nil {
		return environ
	}
	return Setenv(environ, fromSite, strings.Join(set, " "))
}

// WithoutSite returns environ as it was before WithSite. A variable that has another value by now is the user's.
func WithoutSite(environ []string, f *site.File) []string {
	names, ok := LookupEnv(environ, fromSite)
	if !ok {
		return environ
	}
	for name := range strings.FieldsSeq(names) {
		if v, ok := f.Lookup(name); ok && v.Text == Getenv(environ, name) {
			environ = Setenv(environ, name, "")
		}
	}
	return Setenv(environ, fromSite, "")
}

package doctor

import (
	"runtime"
	"strconv"
	"strings"

	"github.com/go-safe/go-safe/internal/shell"
	"github.com/go-safe/go-safe/internal/site"
)

// siteFile looks at the site's file. Lines that are ignored become comments, which loses nothing. There is nothing to
// run for a file that another user could have written: given to root, what that user has put there would count.
func siteFile(m *Machine) Finding {
	file := m.Settings.Site
	if file == nil {
		return ok(site.Dir(m.Environ), "has no go.env, so there are no defaults for all users")
	}
	var lines []string
	for _, name := range file.Names() {
		v, _ := file.Lookup(name)
		lines = append(lines, file.Where(name)+": "+name+"="+v.Text)
	}
	troubles := file.Troubles()
	if len(troubles) == 0 {
		f := ok(file.Path, "")
		f.Details = lines
		return f
	}
	f := Finding{Status: Warning, Looked: file.Path, Details: append(troubles[1:len(troubles):len(troubles)], lines...)}
	f.Found = strings.TrimLeft(strings.TrimPrefix(troubles[0], file.Path), " ")
	if line, ok := strings.CutPrefix(f.Found, ":"); ok {
		f.Found = "line " + line
	}
	var comments []string
	for _, n := range file.Wrong() {
		comments = append(comments, strconv.Itoa(n)+"s/^/# /")
	}
	if comments != nil && runtime.GOOS != "windows" {
		f.Advice = sudo() + "sed -i " + shell.Quote(strings.Join(comments, "; ")) + " " + shell.Quote(file.Path)
	}
	return f
}

//go:build unix

package explain

import (
	"os"
	"testing"

	"github.com/go-safe/go-safe/internal/config"
)

// tear empties a file of the module cache.
func (p place) tear(name string) {
	p.Helper()
	p.do(os.Truncate(p.path("mod/"+name), 0))
}

// A torn file of a module has a hint if the command reads it, and only then.
func TestTornModule(t *testing.T) {
	const v = "cache/download/example.com/a/@v/v1.0.0"
	const hint = "$W/mod/" + v + ".zip is torn, which is no attack; run: go safe verify --heal example.com/a@v1.0.0"
	for _, tt := range []struct {
		name string
		tear func(p place)
		args []string
		want string
	}{
		{
			"go.mod file", func(p place) { p.tear(v + ".mod") }, build,
			"$W/mod/" + v + ".mod is torn, which is no attack; run: go safe verify --heal example.com/a@v1.0.0",
		},
		{
			"zip file", func(p place) { p.tear(v + ".zip"); p.do(os.RemoveAll(p.path("mod/example.com"))) }, build, hint,
		},
		{
			"zip file that go mod vendor extracts",
			func(p place) { p.tear(v + ".zip"); p.do(os.RemoveAll(p.path("mod/example.com"))) },
			[]string{"mod", "vendor"}, hint,
		},
		{
			"zip file that the command line names",
			func(p place) { p.tear(v + ".zip"); p.do(os.RemoveAll(p.path("mod/example.com"))) },
			[]string{"mod", "download", "example.com/a@v1.0.0"}, hint,
		},
		{"zip file that is extracted", func(p place) { p.tear(v + ".zip") }, build, ""},
		{
			"zip file that the package does not need",
			func(p place) {
				p.tear(v + ".zip")
				p.do(os.RemoveAll(p.path("mod/example.com")))
				p.write(map[string]string{"m/own/own.go": "package own\n"})
			},
			[]string{"build", "./own"}, "",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := newModules(t, t.TempDir())
			tt.tear(p)
			e := p.explainer(config.Config{}, p.environ(), tt.args...)
			if tt.want == "" {
				if line := e.Hint(exitUnsuccessful); line != "" {
					t.Error(p.shown(line))
				}
				return
			}
			if line := p.hint(e); line != tt.want {
				t.Errorf("%q\nwant %q", line, tt.want)
			}
		})
	}
}

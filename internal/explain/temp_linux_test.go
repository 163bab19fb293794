package explain

import (
	"os"
	"strings"
	"testing"

	"github.com/go-safe/go-safe/internal/config"
	"github.com/go-safe/go-safe/internal/linuxtest"
)

// The folder for temporary files was closed while the command ran. Where the sources have errors the command failed
// because of these.
func TestTempClosed(t *testing.T) {
	p := newPlace(t, linuxtest.Reachable(t))
	p.do(os.Mkdir(p.path("work"), 0o755))
	linuxtest.Give(t, p.dir)
	linuxtest.As(t, linuxtest.User, func() {
		environ := p.environ("GOTMPDIR=" + p.path("work"))
		e := p.explainer(config.Config{}, environ, "test", ".")
		other := p.explainer(config.Config{}, environ, "test", "./none")
		p.do(os.Chmod(p.path("work"), 0o555))
		const begin, end = "the folder for temporary files $W/work is not writable by uid ", "; run: export GOTMPDIR=$W/tmp"
		if line := p.hint(e); !strings.HasPrefix(line, begin) || !strings.HasSuffix(line, end) {
			t.Errorf("%q, want %q", line, begin+"N"+end)
		}
		if line := other.Hint(exitUnsuccessful); line != "" {
			t.Errorf("of a package that is not there: %s", p.shown(line))
		}
	})
}

// Nothing can be executed in any folder for temporary files. Only a test fails because of that.
func TestTempNoExec(t *testing.T) {
	linuxtest.OwnMounts(t)
	p := newPlace(t, linuxtest.Reachable(t))
	for _, dir := range []string{p.path("home"), p.path("tmp"), "/var/tmp"} {
		linuxtest.Mount(t, "tmpfs", dir, "tmpfs", 8, "mode=1777") // MS_NOEXEC
	}
	const want = "the folder for temporary files $W/tmp is on a file system mounted noexec; " +
		"run: export GOTMPDIR=/another/folder"
	if line := p.asks(p.explainer(config.Config{}, p.environ(), "test", ".")); line != want {
		t.Errorf("%q, want %q", line, want)
	}
	if line := p.explainer(config.Config{}, p.environ(), "build", ".").Hint(exitUnsuccessful); line != "" {
		t.Errorf("of a build: %s", p.shown(line))
	}
}

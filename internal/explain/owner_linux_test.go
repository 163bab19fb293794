package explain

import (
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/go-safe/go-safe/internal/config"
	"github.com/go-safe/go-safe/internal/linuxtest"
	"github.com/go-safe/go-safe/internal/user"
)

// explains has an ordinary user explain a failed command, and compares the hint. In want $W is the place and $UID the
// user. Without a want one look is enough.
func (p place) explains(environ []string, want string, args ...string) {
	p.Helper()
	linuxtest.As(p.T, linuxtest.User, func() {
		p.Helper()
		e := p.explainer(config.Config{}, environ, args...)
		got := ""
		if want == "" {
			got = p.shown(e.Hint(exitUnsuccessful))
		} else {
			got = p.hint(e)
		}
		want = strings.ReplaceAll(want, "$UID", strconv.Itoa(os.Geteuid()))
		if got != want {
			p.Errorf("%s\n got %q\nwant %q", strings.Join(args, " "), got, want)
		}
	})
}

// Files and folders of others in a module cache, where the go command has to add something.
func TestModulesOfOthers(t *testing.T) {
	const downloads = "mod/cache/download/example.com"
	lack := func(p place) { // the module b
		for _, name := range []string{"mod/example.com/b@v1.0.0", downloads + "/b/@v/v1.0.0.zip"} {
			p.do(os.RemoveAll(p.path(name)))
		}
	}
	for _, tt := range []struct {
		name  string
		roots []string // paths that are root's
		make  func(p place)
		args  []string
		want  string
	}{
		{
			"lock file of root", []string{downloads + "/b/@v/v1.0.0.lock"}, lack, build,
			"$W/" + downloads + "/b/@v/v1.0.0.lock belongs to root (sudo go?), and is in the way of example.com/b@v1.0.0; " +
				"run: go safe fix $W/mod",
		},
		{
			"folder of root", []string{downloads + "/b/@v"},
			func(p place) { lack(p); p.do(os.Remove(p.path(downloads + "/b/@v/v1.0.0.lock"))) }, build,
			"$W/" + downloads + "/b/@v belongs to root (sudo go?), and is in the way of example.com/b@v1.0.0; " +
				"run: go safe fix $W/mod",
		},
		{
			"folder of root for a version on the command line", []string{"mod/example.com"}, lack,
			[]string{"mod", "download", "example.com/b@v1.0.0"},
			"$W/mod/example.com belongs to root (sudo go?), and is in the way of example.com/b@v1.0.0; " +
				"run: go safe fix $W/mod",
		},
		{
			"folder closed to its owner", nil,
			func(p place) { p.do(os.Chmod(p.path(downloads), 0)) }, build,
			"$W/" + downloads + " is closed to its owner by its mode; run: go safe fix $W/mod",
		},
		{"folder of root for what is there", []string{downloads + "/b/@v"}, func(place) {}, build, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := newModules(t, linuxtest.Reachable(t))
			t.Cleanup(func() { os.Chmod(p.path(downloads), 0o755) })
			tt.make(p)
			linuxtest.Give(t, p.dir, tt.roots...)
			p.explains(p.environ("GOPROXY=off"), tt.want, tt.args...)
		})
	}
}

// A lock file of a module is there for good, also if the cache lacks the module. If the user can lock it, it is no
// reason to ask the go command, which takes time, and is in nobody's way.
func TestLockFilesStay(t *testing.T) {
	const downloads = "mod/cache/download/example.com"
	p := newModules(t, linuxtest.Reachable(t))
	for _, name := range []string{"a", "b"} {
		p.do(os.RemoveAll(p.path("mod/example.com/" + name + "@v1.0.0")))
		p.do(os.Remove(p.path(downloads + "/" + name + "/@v/v1.0.0.zip")))
	}
	linuxtest.Give(t, p.dir)
	look := func(args ...string) (line string, asked bool) {
		linuxtest.As(t, linuxtest.User, func() {
			e := p.explainer(config.Config{}, p.environ(), args...)
			e.loadErrors = func() string { asked = true; return "" }
			line = e.modulesTrouble()
		})
		return line, asked
	}
	if line, asked := look(build...); line != "" || asked {
		t.Errorf("our own lock files: asked: %t, %q", asked, line)
	}
	if os.Geteuid() != 0 {
		t.Skip("the rest needs root")
	}
	for _, name := range []string{"a", "b"} {
		file := p.path(downloads + "/" + name + "/@v/v1.0.0.lock")
		p.do(os.Chown(file, 0, 0))
		p.do(os.Chmod(file, 0o664)) // the user keeps root's groups
	}
	p.do(os.Chmod(p.path("mod"), 0o775|os.ModeSetgid))
	p.do(os.Chown(p.path("mod"), 0, 0))
	if line, asked := look("mod", "download", "example.com/b@v1.0.0"); line != "" || asked {
		t.Errorf("lock files of another member: asked: %t, %q", asked, p.shown(line))
	}
}

// A go command that was killed leaves a folder closed to the others who share the cache.
func TestSharedCacheClosed(t *testing.T) {
	p := newModules(t, linuxtest.Reachable(t))
	const closed = "mod/cache/download/example.com/b"
	p.do(os.RemoveAll(p.path("mod/example.com/b@v1.0.0")))
	linuxtest.Give(t, p.dir, "mod", closed)
	p.do(os.Chmod(p.path("mod"), 0o775|os.ModeSetgid)) // the user keeps root's groups
	p.do(os.Chmod(p.path(closed), 0o700))
	p.explains(p.environ(), "$W/"+closed+" belongs to root and is closed to the others who share the cache "+
		"(a go command that was killed?); root runs: go safe fix $W/mod", build...)
}

// A cache that can only be read lacks a module, and nothing can be downloaded. The go command says that rights are
// missing.
func TestProxyOff(t *testing.T) {
	const (
		hint = "example.com/b@v1.0.0 is not in $W/mod, and GOPROXY=off forbids to download it; run: unset GOPROXY"
		b    = "mod/cache/download/example.com/b"
	)
	for name, tt := range map[string]struct {
		lacks []string
		proxy string
		want  string
	}{
		"the files":     {[]string{"mod/example.com/b@v1.0.0", b + "/@v/v1.0.0.zip"}, "off", hint},
		"all":           {[]string{"mod/example.com/b@v1.0.0", b}, "off", hint},
		"nothing":       {nil, "off", ""},
		"but has proxy": {[]string{"mod/example.com/b@v1.0.0"}, "file:///none", ""},
	} {
		t.Run(name, func(t *testing.T) {
			p := newModules(t, linuxtest.Reachable(t))
			for _, name := range tt.lacks {
				p.do(os.RemoveAll(p.path(name)))
			}
			linuxtest.Give(t, p.dir, "mod/...")
			p.explains(p.environ("GOPROXY="+tt.proxy), tt.want, build...)
		})
	}
}

// A go.sum file that belongs to another user and is closed counts as empty.
func TestSumOfRoot(t *testing.T) {
	p := newModules(t, linuxtest.Reachable(t))
	linuxtest.Give(t, p.dir, "m/go.sum")
	p.explains(p.environ(), "", build...)
	p.do(os.Chmod(p.path("m/go.sum"), 0o600))
	p.explains(p.environ(), "$W/m/go.sum belongs to root (sudo go?), and cannot be read; "+
		"run: sudo chown -h $UID $W/m/go.sum", build...)
}

// git does not answer about a repository of another user, and the user knows that he could trust the owner.
func TestRepoOfRoot(t *testing.T) {
	p := newPlace(t, linuxtest.Reachable(t))
	p.write(map[string]string{"m/m.go": "package main\n\nfunc main() {}\n"})
	p.git("init", "-q", p.path("m"))
	linuxtest.Give(t, p.dir, "m/.git")
	p.explains(p.environ(), "the repository $W/m belongs to "+user.Name(0)+", and git tells nothing about it; "+
		"if you trust its owner, run: git config --global --add safe.directory $W/m", build...)
	p.explains(p.environ("GOFLAGS=-buildvcs=false"), "", build...)
	p.write(map[string]string{"m/m.go": "package m\n"})
	p.explains(p.environ(), "", build...)
}

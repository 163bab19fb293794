package doctor

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/go-safe/go-safe/envfix"
	"github.com/go-safe/go-safe/internal/proc"
	"github.com/go-safe/go-safe/shim"
)

const whichGo = "which go"

func goChecks() []Check {
	return []Check{
		{"shim-first", whichGo, "make, IDEs and scripts take the first go on PATH, and without go-safe none of this is cured", shimFirst},
		{"go-found", whichGo, "there is nothing for go-safe to stand in front of", goFound},
		{"go-several", whichGo, "an IDE or a login shell with another PATH builds with another version", goSeveral},
		{"version-manager", whichGo, "every go command that goes through it fails", versionManager},
		{"sudo-path", whichGo, "sudo go is plain go, and leaves what it makes in the user's caches to root", sudoPath},
		{"go-mixed", whichGo, "the go command refuses a compiler of another version; a tarball unpacked over an old tree does this", goMixed},
		{"goroot", whichGo, "with it plain go finds no standard library, and go env -u GOROOT fails as well", goroot},
		{"gobin-writable", whichGo, "go install fails when all is built", gobinWritable},
		{"gobin-path", whichGo, "what go install installs is not found, or an old one elsewhere is", gobinPath},
		{"gobin-old", whichGo, "analyzers and language servers refuse code for a newer Go than built them", gobinOld},
	}
}

// shimFirst looks whether go-safe is what runs as go.
func shimFirst(m *Machine) Finding {
	all := m.Search.All()
	f := Finding{Status: Warning, Looked: "PATH", Found: "there is no go on it"}
	switch {
	case len(all) > 0 && all[0].Self && m.runnable(all[0].Path):
		return ok(all[0].Path, "")
	case len(all) > 0 && all[0].Self:
		f.Status, f.Looked, f.Found = Broken, all[0].Path, "is a go-safe for another machine, which this one cannot run"
	case len(all) > 0:
		f.Found = all[0].Path + ", " + kind(all[0]) + ", comes before go-safe"
	}
	if dir, makes := m.shimFolder(); dir != "" {
		f.Type = join(makes, m.first(dir))
	}
	return f
}

// shimFolder is a folder in which go-safe is called go, and what to type first to make that so; "" where neither is.
func (m *Machine) shimFolder() (dir, makes string) {
	for _, g := range m.Search.All() {
		if g.Self && m.runnable(g.Path) {
			return filepath.Dir(g.Path), ""
		}
	}
	if m.Exe == "" {
		return "", ""
	}
	dir = filepath.Dir(m.Exe)
	switch as := filepath.Join(dir, "go"); {
	case m.passing():
	case sameFile(as, m.Exe):
		return dir, ""
	case !exists(as) && envfix.LookAt("", dir).Access == "":
		return dir, "ln -s " + envfix.Quote(filepath.Base(m.Exe)) + " " + envfix.Quote(as)
	}
	return m.ownFolder()
}

// runnable reports whether the system can run a go-safe, which may be another build than this one. Root does not try one
// that another user could have put there.
func (m *Machine) runnable(path string) bool {
	if sameFile(path, m.Exe) {
		return true
	}
	if untrusted(path) != nil {
		return false
	}
	_, err := m.ask("/", nil, path, "safe", "version")
	return !errors.Is(err, syscall.ENOEXEC)
}

// ownFolder is a folder of this user's in which go-safe can be called go, and what to type first.
func (m *Machine) ownFolder() (dir, makes string) {
	home, _ := m.Settings.Getenv("HOME")
	dir = filepath.Join(home, ".local", "bin")
	as := filepath.Join(dir, "go")
	switch {
	case !filepath.IsAbs(home) || exists(as) && !sameFile(as, m.Exe) || envfix.LookAt("", dir).Access != "":
		return "", ""
	case exists(as):
		return dir, ""
	}
	places := "ln -s "
	if m.passing() {
		places = "install -m 755 "
	}
	made := ""
	if !exists(dir) {
		made = "mkdir -p " + envfix.Quote(dir)
	}
	return dir, join(made, places+envfix.Quote(m.Exe)+" "+envfix.Quote(as))
}

// passing reports whether go run made the program: it is in the build cache, or in a work folder, and will be removed.
func (m *Machine) passing() bool {
	_, cache := m.folder("GOCACHE")
	in := filepath.Dir(m.Exe) + "/"
	return strings.HasPrefix(in, filepath.Clean(cache)+"/") || strings.Contains(in, "/go-build")
}

// kind says what a file called go is.
func kind(g shim.Found) string {
	if g.GOROOT == "" {
		if name := managerOf(g.Path); name != "" {
			return name + "'s"
		}
		return "a script or a version manager's"
	}
	if v := envfix.Version(g.GOROOT); v != "" {
		return v
	}
	return "of the tree " + g.GOROOT
}

func sameFile(a, b string) bool {
	fa, err := os.Stat(a)
	fb, err2 := os.Stat(b)
	return err == nil && err2 == nil && os.SameFile(fa, fb)
}

// goFound says which go is the real one.
func goFound(m *Machine) Finding {
	if m.NotFound == nil {
		return ok(m.Real.Path, envfix.Version(m.Real.GOROOT))
	}
	f := Finding{Status: Broken, Looked: "PATH", Found: "no go command found"}
	var none *shim.NotFoundError
	switch {
	case m.Chosen:
		f.Looked, f.Found, f.Type = "GOSAFE_GO", m.NotFound.Error(), "unset GOSAFE_GO"
	case errors.As(m.NotFound, &none):
		f.Details = none.Looked
	}
	if f.Type == "" {
		f.Type = m.elsewhere()
	}
	return f
}

// elsewhere finds a go where programs that download Go put it.
func (m *Machine) elsewhere() string {
	home, _ := m.Settings.Getenv("HOME")
	cache := m.Settings.Directory("GOMODCACHE").Value
	for _, pattern := range []string{
		filepath.Join(home, "sdk", "go*", "bin", "go"),
		filepath.Join(home, "go", "bin", "go"),
		filepath.Join(cache, "golang.org", "toolchain@*", "bin", "go"),
	} {
		if !filepath.IsAbs(pattern) {
			continue
		}
		paths, _ := filepath.Glob(pattern)
		for i := len(paths) - 1; i >= 0; i-- {
			if _, why := m.Search.Check(paths[i]); why == "" {
				return "export GOSAFE_GO=" + envfix.Quote(paths[i])
			}
		}
	}
	return ""
}

// goSeveral looks for go commands of other versions on PATH.
func goSeveral(m *Machine) Finding {
	version := envfix.Version(m.Real.GOROOT)
	f := ok(m.Real.Path, "")
	for _, g := range m.Search.All() {
		if g.Self {
			continue
		}
		f.Details = append(f.Details, g.Path+": "+kind(g))
		other := envfix.Version(g.GOROOT)
		if version == "" || other == "" || other == version || m.Chosen {
			continue
		}
		f.Status, f.Found = Warning, version+" wins, and "+g.Path+" is "+other
		f.Type = "export GOSAFE_GO=" + envfix.Quote(m.Real.Path)
	}
	return f
}

// goMixed asks the compiler that the real go would run for its version.
func goMixed(m *Machine) Finding {
	want := envfix.Version(m.Real.GOROOT)
	compiler := filepath.Join(toolDir(m.Real.GOROOT), "compile")
	if want == "" || m.NotFound != nil {
		return ok(m.Real.Path, "not in a tree of its own, which is not looked at")
	}
	out, err := m.ask("/", nil, compiler, "-V")
	cure, words := m.otherTree(), strings.Fields(out)
	if err != nil || len(words) < 3 {
		return Finding{Status: Broken, Looked: compiler, Found: "cannot be run: " + complaint(out, err), Type: cure}
	}
	if have := words[2]; have != want {
		return Finding{Status: Broken, Looked: compiler, Found: "is " + have + ", and the go command " + want, Type: cure}
	}
	return ok(compiler, want)
}

// toolDir is the folder with the tools of a Go tree. The go command there may be built for another architecture than this
// program (amd64 on arm64 under Rosetta): then it is the only folder for this system.
func toolDir(goroot string) string {
	own := filepath.Join(goroot, "pkg", "tool", runtime.GOOS+"_"+runtime.GOARCH)
	if dirs, _ := filepath.Glob(filepath.Join(goroot, "pkg", "tool", runtime.GOOS+"_*")); !exists(own) && len(dirs) == 1 {
		return dirs[0]
	}
	return own
}

// otherTree is what to type to use the next go on PATH.
func (m *Machine) otherTree() string {
	for _, g := range m.Search.All() {
		if !g.Self && g.GOROOT != "" && g.GOROOT != m.Real.GOROOT {
			return "export GOSAFE_GO=" + envfix.Quote(g.Path)
		}
	}
	return ""
}

// goroot tells what the plan makes of GOROOT.
func goroot(m *Machine) Finding {
	v := m.variable("GOROOT")
	if !v.Changed() {
		return ok(m.shown("GOROOT"), "")
	}
	return Finding{Status: Warning, Looked: m.shown("GOROOT"), Found: v.Why + "; go-safe does not pass it on", Type: m.undo("GOROOT")}
}

// gobin is where go install places binaries.
func (m *Machine) gobin() string {
	if dir := m.Settings.Get("GOBIN").Value; dir != "" {
		return dir
	}
	return m.defaultBin()
}

// defaultBin is where it places them without a GOBIN.
func (m *Machine) defaultBin() string {
	if dir := envfix.First(m.Plan().Value("GOPATH")); dir != "" {
		return filepath.Join(dir, "bin")
	}
	return ""
}

func gobinWritable(m *Machine) Finding {
	dir := m.gobin()
	if set := m.Settings.Get("GOBIN").Value; set != "" && !filepath.IsAbs(set) {
		return Finding{Status: Broken, Looked: m.shown("GOBIN"), Found: "is no absolute path", Type: m.undo("GOBIN")}
	}
	if !filepath.IsAbs(dir) {
		return ok(m.shown("GOBIN"), "")
	}
	p := envfix.LookAt("GOBIN", dir)
	if p.Access == "" {
		return ok(dir, missing(p))
	}
	cure := access(p)
	if cure == "" && fits(m.defaultBin()) {
		cure = m.undo("GOBIN")
	}
	home, _ := m.Settings.Getenv("HOME")
	if own := filepath.Join(home, ".local", "bin"); cure == "" && fits(own) {
		cure = m.set("GOBIN", own)
	}
	return Finding{Status: Broken, Looked: dir, Found: p.Access, Type: cure}
}

// fits reports whether binaries can be placed in a folder.
func fits(dir string) bool {
	return filepath.IsAbs(dir) && envfix.LookAt("GOBIN", dir).Access == ""
}

func gobinPath(m *Machine) Finding {
	dir := m.gobin()
	if !filepath.IsAbs(dir) || !exists(dir) {
		return ok(dir, "not there yet")
	}
	for _, on := range filepath.SplitList(m.Search.Path) {
		if on == dir || sameFile(on, dir) {
			return ok(dir, "")
		}
	}
	if strings.ContainsRune(dir, filepath.ListSeparator) {
		return Finding{Status: Warning, Looked: dir, Found: "cannot be on PATH, which it would be two folders of", Type: m.undo("GOBIN")}
	}
	return Finding{Status: Warning, Looked: dir, Found: "is not on PATH", Type: m.last(dir)}
}

// askLimit is how long a program that is asked may take: less than a check.
const askLimit = 2 * time.Second

// ask runs a program with none of the user's settings but those given, so that it neither reads the user's files nor leaves any (the
// go command and its tools count their use below the configuration folder). It returns all that was printed.
func (m *Machine) ask(dir string, environ []string, prog string, args ...string) (string, error) {
	environ = append([]string{
		"PATH=" + m.Search.Path, "HOME=" + os.DevNull, "XDG_CONFIG_HOME=" + os.DevNull, "GOENV=off", "GOTOOLCHAIN=local", "LC_ALL=C",
	}, environ...)
	var out strings.Builder
	err := proc.Run(proc.Command{
		Path: prog, Args: args, Dir: dir, Environ: environ, Stdout: &out, Stderr: &out, Deadline: time.Now().Add(askLimit),
	})
	return strings.TrimSpace(out.String()), err
}

// complaint is the last line of what a program printed, else the error.
func complaint(out string, err error) string {
	if out == "" && err != nil {
		return err.Error()
	}
	return out[strings.LastIndexByte(out, '\n')+1:]
}

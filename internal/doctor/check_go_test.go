//go:build unix

package doctor

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

func TestWhichGo(t *testing.T) {
	p := newPlace(t)
	shim, one, two := p.shim("shim"), p.goTree("one", "go1.25.1"), p.goTree("two", "go1.24.3")
	tool := "one/pkg/tool/" + runtime.GOOS + "_" + runtime.GOARCH
	script(p, tool+"/compile", "echo compile version go1.9")
	passing := p.write("go-build1/b001/exe/go-safe", "") // as go run would make it
	for _, tt := range []struct {
		path, check   string
		status        Status
		found, advice string
	}{
		{shim + ":" + one, "shim-first", OK, "", ""},
		{
			one + ":" + shim, "shim-first",
			Warning, "go1.25.1, comes before go-safe", "export PATH=" + shim + `:"$PATH"`,
		},
		{one, "shim-first", Warning, "go1.25.1, comes before go-safe", "install -m 755 "},
		{"", "shim-first", Warning, "there is no go on it", `/.local/bin"${PATH:+:$PATH}"`},
		{shim + ":" + one, "go-found", OK, "go1.25.1", ""},
		{shim + ":" + one, "go-several", OK, "", ""},
		{
			shim + ":" + one + ":" + two, "go-several",
			Warning, "go1.25.1 wins, and ", "export GOSAFE_GO=" + one + "/go",
		},
		{
			one + ":" + two, "go-mixed",
			Broken, "is go1.9, and the go command go1.25.1", "export GOSAFE_GO=" + two + "/go",
		},
		{two, "go-mixed", Broken, "cannot be run: ", ""},
		{one, "version-manager", OK, "none on it", ""},
	} {
		m := p.machine(p.environ("PATH=" + tt.path))
		if !strings.Contains(tt.path, shim) {
			m.Exe = passing
		}
		f := p.check(m, tt.check)
		if f.Status != tt.status || !strings.Contains(f.Found, tt.found) || !strings.Contains(f.Advice, tt.advice) {
			t.Errorf("%s %s: %s\nadvice: %s\nwant: %+v", f.Status, f.Looked, f.Found, f.Advice, tt)
		}
	}
	// A go that other programs downloaded, where there is none on PATH.
	m := p.machine(p.environ("PATH=" + shim))
	m.NotFound = os.ErrNotExist
	if f := p.check(m, "go-found"); f.Status != Broken || f.Advice != "" {
		t.Errorf("%+v", f)
	}
	sdk := p.mkdir("home/sdk", 0o755)
	if err := os.Symlink(filepath.Dir(two), filepath.Join(sdk, "go1.24.3")); err != nil {
		t.Fatal(err)
	}
	if f := p.check(m, "go-found"); f.Advice != "export GOSAFE_GO="+sdk+"/go1.24.3/bin/go" {
		t.Errorf("%+v", f)
	}
}

// script makes a program of sh.
func script(p place, name, text string) string {
	p.t.Helper()
	file := p.write(name, "#!/bin/sh\n"+text+"\n")
	if err := os.Chmod(file, 0o755); err != nil {
		p.t.Fatal(err)
	}
	return filepath.Dir(file)
}

func TestVersionManager(t *testing.T) {
	p := newPlace(t)
	shim, tree := p.shim("shim"), filepath.Dir(p.goTree("tree", "go1.25.1"))
	good := script(p, "good/go", "# asdf exec\necho "+tree)
	bad := script(p, ".goenv/go", "echo no version is set; exit 1")
	plain := script(p, "plain/go", "echo nothing")
	for _, tt := range []struct {
		path  string
		want  Status
		found string
	}{
		{shim + ":" + good, OK, "asdf's, behind go-safe, runs go1.25.1 of " + tree},
		{good + ":" + shim, OK, "asdf's, before go-safe, runs go1.25.1 of " + tree},
		{shim + ":" + bad + ":" + tree + "/bin", Broken, "goenv's, behind go-safe, runs no go: no version is set"},
		{shim + ":" + plain, Broken, "a script, behind go-safe, runs no go: nothing"},
	} {
		f := p.check(p.machine(p.environ("PATH="+tt.path)), "version-manager")
		if f.Status != tt.want || f.Found != tt.found {
			t.Errorf("%s: %s %s, want %s", tt.path, f.Status, f.Found, tt.found)
		}
		if f.Status == Broken && strings.Contains(tt.path, tree) != (f.Advice == "export GOSAFE_GO="+tree+"/bin/go") {
			t.Errorf("%s: %s", tt.path, f.Advice)
		}
	}
}

// A start-up file puts another go in front; the advice adds a line to it, and then go-safe comes first.
func TestLogin(t *testing.T) {
	for _, tt := range []struct{ check, sh, file string }{
		{"shim-login", "/bin/sh", ".profile"}, {"shim-interactive", "/bin/bash", ".bashrc"},
	} {
		t.Run(tt.check, func(t *testing.T) {
			if _, err := os.Stat(tt.sh); err != nil {
				t.Skip("needs " + tt.sh)
			}
			p := newPlace(t)
			shim, tree := p.shim("shim"), p.goTree("tree", "go1.25.1")
			p.write("home/"+tt.file, "echo hello; PATH="+tree+":$PATH\n")
			environ := p.environ("PATH="+shim+":"+os.Getenv("PATH"), "SHELL="+tt.sh)
			f := p.check(p.machine(environ), tt.check)
			if f.Status != Warning || f.Found != tree+"/go comes before go-safe" {
				t.Fatalf("%+v", f)
			}
			if after := p.check(p.machine(p.run(environ, f.Advice)), tt.check); after.Status != OK {
				t.Errorf("after %s: %+v", f.Advice, after)
			}
		})
	}
	p := newPlace(t)
	p.write("home/.profile", "")
	asTestUser(p)
	os.Chmod(filepath.Join(p.home, ".profile"), 0o444)
	if extensible(filepath.Join(p.home, ".profile")) || !extensible(filepath.Join(p.home, ".bashrc")) {
		t.Error("extensible")
	}
	for sh, want := range map[string]Status{"/bin/false": OK, "/none": Skipped} {
		if f := p.check(p.machine(p.environ("SHELL="+sh)), "shim-login"); f.Status != want {
			t.Errorf("%s: %+v", sh, f)
		}
	}
	if !isSelf("alias go=go-safe") || isSelf("alias go=gofmt") {
		t.Error("alias")
	}
}

// Root runs no start-up files of another user.
func TestLoginOfOthers(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root")
	}
	p := newPlace(t)
	if err := os.Chown(p.home, 4321, 4321); err != nil {
		t.Fatal(err)
	}
	f := p.check(p.machine(p.environ("SHELL=/bin/sh")), "shim-login")
	if f.Status != Skipped || !strings.Contains(f.Found, "root does not run what uid 4321 put there") {
		t.Errorf("%+v", f)
	}
}

// sudo tells root which PATH and which variables arrive.
func TestAskSudo(t *testing.T) {
	sudo, err := exec.LookPath("sudo")
	if err != nil || os.Geteuid() != 0 {
		t.Skip("needs root and sudo")
	}
	p := newPlace(t)
	m := p.machine(p.environ("GOFLAGS=-v", "GOBIN=", "SUDO_USER="))
	given, err := m.askSudo(sudo)
	if err != nil {
		t.Skip(err)
	}
	if given.path == "" || strings.Contains(strings.Join(given.lost, " "), "GOBIN") {
		t.Errorf("%+v", given)
	}
	fi, _ := os.Stat(sudo)
	if given.replacesPath && fi.Mode()&os.ModeSetuid != 0 && strings.Contains(given.path, "go-safe-mark") {
		t.Errorf("%+v", given)
	}
	tree, shim := p.goTree("tree", "go1.25.1"), p.shim("shim")
	empty := p.mkdir("empty", 0o755)
	for path, want := range map[string]Status{shim + ":" + tree: OK, tree + ":" + shim: Warning, empty: OK} {
		if f := m.firstGoBySudo("secure_path of sudo", path); f.Status != want {
			t.Errorf("%s: %+v", path, f)
		}
	}
	f := m.firstGoBySudo("secure_path of sudo", empty+":"+tree)
	if !strings.HasPrefix(f.Advice, "install -m 755 ") || !strings.HasSuffix(f.Advice, empty+"/go") {
		t.Errorf("%+v", f)
	}
	m = p.machine(p.environ("PATH="+shim+":"+filepath.Dir(sudo), "SUDO_USER=somebody"))
	if f := sudoPath(m); f.Status != OK || f.Looked != "PATH as sudo gives it" || len(f.Details) != 1 {
		t.Errorf("%+v", f)
	}
}

func TestToolchain(t *testing.T) {
	for setting, want := range map[string]bool{
		"": true, "auto": true, "path": true, "local": true, "local+auto": true, "go1.21.3": true,
		"go1.21.3+path": true, "go1.21.3+no": false, "bogus": false, "go2": false, "local+x": false,
	} {
		if got := validToolchain(setting); got != want {
			t.Errorf("%q: %t", setting, got)
		}
	}
	for _, tt := range []struct {
		asks    string
		environ []string
		status  Status
		found   string
	}{
		{"go 1.21", nil, OK, ""},
		{
			"go 1.30.0", []string{"GOTOOLCHAIN=local"},
			Broken, "the module asks for go1.30.0, and the go command is go1.25.1",
		},
		{"go 1.30.0", nil, OK, "the module asks for go1.30.0, which the go command fetches"},
		{"go 1.30.0", []string{"GOSUMDB=off"}, Broken, "GOSUMDB=off forbids to fetch it"},
		{"go 1.30.0", []string{"GOTOOLCHAIN=path"}, Broken, "it is not on PATH, and GOTOOLCHAIN forbids to fetch it"},
		{"go 1.21", []string{"GOTOOLCHAIN=go1.30"}, Broken, "that is a language version"},
		{
			"go 1.21", []string{"GOTOOLCHAIN=go1.30.1"},
			Warning, "go commands are to run go1.30.1",
		},
	} {
		p := newPlace(t)
		tree := p.goTree("tree", "go1.25.1")
		p.write("m/go.mod", "module m\n\n"+tt.asks+"\n")
		f := p.check(p.machine(p.environ(append(tt.environ, "PATH="+tree)...)), "toolchain")
		if f.Status != tt.status || !strings.Contains(f.Found, tt.found) {
			t.Errorf("%s %q: %s %s", tt.asks, tt.environ, f.Status, f.Found)
		}
	}
	p := newPlace(t)
	tree := p.goTree("tree", "go1.25.1")
	p.mkdir("home/go/pkg/mod/golang.org/toolchain@v0.0.1-go1.30.1."+runtime.GOOS+"-"+runtime.GOARCH, 0o755)
	f := p.check(p.machine(p.environ("PATH="+tree, "GOTOOLCHAIN=go1.30.1")), "toolchain")
	if f.Status != OK || f.Found != "go1.30.1 is run, and is here" {
		t.Errorf("%+v", f)
	}
}

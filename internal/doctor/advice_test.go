//go:build unix

package doctor

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// In each condition a check finds something, and after its advice was run it finds nothing.
// testscripts/advice_test.go does the same with whole programs, and sees plain go fail and work.
func TestAdvice(t *testing.T) {
	for _, tt := range []struct {
		name   string
		check  string
		make   func(p place) []string // makes the condition and returns variables
		status Status
		advice string // with $W for the place
	}{
		{
			"mode of the cache", "cache-writable",
			func(p place) []string { return []string{"GOCACHE=" + p.mkdir("c", 0)} }, Warning, "chmod u+rwx $W/c",
		},
		{
			"no GOTMPDIR", "tmp-writable",
			func(p place) []string { return []string{"GOTMPDIR=" + p.dir + "/none"} }, Warning,
			"mkdir -p -m 700 $W/none",
		},
		{
			"mode of TMPDIR", "tmp-writable",
			func(p place) []string { return []string{"TMPDIR=" + p.mkdir("t", 0o555)} }, Warning, "chmod u+rwx $W/t",
		},
		{
			"relative TMPDIR", "tmp-writable",
			func(place) []string { return []string{"TMPDIR=~/tmp"} }, Broken, "unset TMPDIR",
		},
		{
			"relative GOPATH", "gopath-writable",
			func(p place) []string { return []string{"GOPATH=go:" + p.home + "/go"} },
			Broken, "export GOPATH=$W/home/go",
		},
		{
			"relative GOPATH in the env file", "gopath-writable",
			func(p place) []string { p.write("home/.config/go/env", "GOPATH=go\n"); return nil },
			Broken, "env -u GOPATH",
		},
		{
			"mode of the module cache", "modcache-writable",
			func(p place) []string { return []string{"GOMODCACHE=" + p.mkdir("c", 0o555)} },
			Warning, "chmod u+rwx $W/c",
		},
		{
			"mode of its downloads", "modcache-writable",
			func(p place) []string {
				p.mkdir("c/cache/download", 0o555)
				return []string{"GOMODCACHE=" + p.dir + "/c"}
			},
			Warning, "chmod u+rwx $W/c/cache/download",
		},
		{
			"env file of a bad mode", "env-file",
			func(p place) []string { return chmod(p.write("home/.config/go/env", "GOPRIVATE=a\n"), 0) },
			Warning, "chmod u+rw $W/home/.config/go/env",
		},
		{
			"directory in place of the env file", "env-file",
			func(p place) []string { p.mkdir("home/.config/go/env", 0o755); return nil },
			Broken, "mv $W/home/.config/go/env $W/home/.config/go/env.old",
		},
		{
			"env file from Windows", "env-file",
			func(p place) []string { p.write("home/.config/go/env", "\xef\xbb\xbfGOPRIVATE=a\r\n"); return nil },
			Warning, "tail -c +4",
		},
		{
			"env file with a mark", "env-file",
			func(p place) []string { p.write("home/.config/go/env", "\xef\xbb\xbfGOPRIVATE=a\n"); return nil },
			Warning, "tail -c +4",
		},
		{
			"env file with carriage returns", "env-file",
			func(p place) []string { p.write("home/.config/go/env", "GOPRIVATE=a\r\n"); return nil }, Warning, "tr -d",
		},
		{
			"bad GOENV", "env-file",
			func(p place) []string { return []string{"GOENV=" + p.mkdir("e", 0o755)} }, Broken, "unset GOENV",
		},
		{
			"overridden", "env-override",
			func(p place) []string {
				p.write("home/.config/go/env", "GOPRIVATE=a\n")
				return []string{"GOPRIVATE=b"}
			},
			Warning, "unset GOPRIVATE",
		},
		{
			"unknown flag", "goflags",
			func(place) []string { return []string{"GOFLAGS=-nosuch"} }, Broken, "unset GOFLAGS",
		},
		{
			"modules off", "go111module",
			func(place) []string { return []string{"GO111MODULE=off"} }, Warning, "unset GO111MODULE",
		},
		{
			"bad GO111MODULE in the env file", "go111module",
			func(p place) []string { p.write("home/.config/go/env", "GO111MODULE=maybe\n"); return nil },
			Broken, "env -u GO111MODULE",
		},
		{
			"bad setting in a closed env file", "go111module",
			func(p place) []string {
				chmod(p.write("home/.config/go/env", "GO111MODULE=off\n"), 0o444)
				return nil
			},
			Warning, "chmod u+rw $W/home/.config/go/env && ",
		},
		{
			"semicolons", "goproxy",
			func(place) []string { return []string{"GOPROXY=https://p.example;direct"} },
			Broken, "export GOPROXY=https://p.example,direct",
		},
		{"no proxy", "goproxy", func(place) []string { return []string{"GOPROXY=off"} }, Warning, "unset GOPROXY"},
		{
			"no sums", "gosumdb", func(place) []string { return []string{"GOSUMDB=off", "GONOSUMDB=a,*"} },
			Warning, "unset GOSUMDB && unset GONOSUMDB",
		},
		{"bad GOSUMDB", "gosumdb", func(place) []string { return []string{"GOSUMDB=x"} }, Broken, "unset GOSUMDB"},
		{
			"address as a pattern", "private-patterns",
			func(place) []string { return []string{"GOPRIVATE=https://a.example/x.git"} },
			Warning, "export GOPRIVATE=a.example/x,a.example/x.git",
		},
		{
			"mode of GOBIN", "gobin-writable",
			func(p place) []string { return []string{"GOBIN=" + p.mkdir("b", 0o555)} }, Broken, "chmod u+rwx $W/b",
		},
		{
			"relative GOBIN", "gobin-writable",
			func(place) []string { return []string{"GOBIN=b"} }, Broken, "unset GOBIN",
		},
		{
			"GOBIN not on PATH", "gobin-path",
			func(p place) []string { return []string{"GOBIN=" + p.mkdir("b", 0o755)} },
			Warning, `export PATH="$PATH":$W/b`,
		},
		{"no GOROOT", "goroot", func(place) []string { return []string{"GOROOT=/nowhere"} }, Warning, "unset GOROOT"},
		{"home is /", "home", func(place) []string { return []string{"HOME=/"} }, Warning, "export HOME="},
		{"no home", "home", func(place) []string { return []string{"HOME"} }, Warning, "export HOME="},
		{"relative home", "home", func(place) []string { return []string{"HOME=h"} }, Warning, "export HOME="},
		{"missing home", "home", func(place) []string { return []string{"HOME=/none"} }, Warning, "export HOME="},
		{
			"mode of the home", "home",
			func(p place) []string { return chmod(p.home, 0o555) }, Warning, "chmod u+rwx $W/home",
		},
		{
			"open cache", "cache-open",
			func(p place) []string { return []string{"GOCACHE=" + p.mkdir("c", 0o777)} }, Warning, "chmod o-w $W/c",
		},
		{
			"open module cache", "modcache-open",
			func(p place) []string { return []string{"GOMODCACHE=" + p.mkdir("c", 0o777)} }, Warning, "chmod o-w $W/c",
		},
		{
			"closed folder in the cache", "cache-foreign",
			func(p place) []string { p.mkdir("c/3f", 0); return []string{"GOCACHE=" + p.dir + "/c"} },
			Broken, "chmod u+rwx $W/c/??",
		},
		{
			"folder of a killed build", "tmp-left",
			func(p place) []string {
				old := time.Now().Add(-9 * 24 * time.Hour)
				os.Chtimes(p.mkdir("tmp/go-build1", 0o700), old, old)
				return nil
			},
			Warning, "rm -rf $W/tmp/go-build1",
		},
		{
			"closed folder of the module", "module-folders",
			func(p place) []string { p.mkdir("m/shut", 0); return nil }, Broken, "chmod u+rx $W/m/shut",
		},
		{
			"no toolchain", "toolchain",
			func(place) []string { return []string{"GOTOOLCHAIN=bogus"} }, Broken, "unset GOTOOLCHAIN",
		},
		{
			"toolchain that may not be fetched", "toolchain",
			func(place) []string { return []string{"GOTOOLCHAIN=go1.99.0", "GOPROXY=off"} },
			Broken, "export GOTOOLCHAIN=auto",
		},
	} {
		t.Run(strings.ReplaceAll(tt.name, " ", "_"), func(t *testing.T) {
			p := newPlace(t)
			environ := p.environ(tt.make(p)...)
			asTestUser(p)
			if f := p.follow(environ, tt.check, tt.advice); f.Status != tt.status {
				t.Errorf("%s: %s", f.Status, f.Found)
			}
		})
	}
}

// follow runs the advice of a check, which contains the words given, and then the check finds nothing.
func (p place) follow(environ []string, check, advice string) Finding {
	p.t.Helper()
	f := p.check(p.machine(environ), check)
	if f.Status == OK || !strings.Contains(f.Advice, strings.ReplaceAll(advice, "$W", p.dir)) {
		p.t.Fatalf("%s %s: %s\nadvice: %s\nwant: %s", f.Status, f.Looked, f.Found, f.Advice, advice)
	}
	if after := p.check(p.machine(p.run(environ, f.Advice)), check); after.Status != OK {
		p.t.Errorf("after %s: %s %s: %s", f.Advice, after.Status, after.Looked, after.Found)
	}
	return f
}

func chmod(path string, mode os.FileMode) []string {
	os.Chmod(path, mode)
	return nil
}

// What belongs to root is replaced by something of this user's, with the same content.
func TestAdviceAboutRoot(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root to make the condition")
	}
	for _, tt := range []struct {
		name   string
		check  string
		make   func(p place) []string
		roots  []string // what stays root's
		advice string
		kept   string // a file that has the same content afterwards
	}{
		{
			"cache", "cache-writable",
			func(p place) []string { return []string{"GOCACHE=" + p.mkdir("c", 0o755)} },
			[]string{"c"}, "unset GOCACHE", "",
		},
		{
			"cache by default", "cache-writable",
			func(p place) []string { p.mkdir("home/.cache/go-build", 0o755); return nil },
			[]string{"home/.cache/go-build"}, "GOCACHE=", "",
		},
		{
			"modules", "modcache-writable",
			func(p place) []string {
				p.write("home/go/pkg/mod/cache/download/a.example/@v/list", "v1.0.0\n")
				return nil
			},
			[]string{"home/go", "home/go/pkg", "home/go/pkg/mod", "home/go/pkg/mod/cache"},
			"cp -RH $W/home/go/pkg/mod ", "",
		},
		{
			"env file", "env-file",
			func(p place) []string {
				p.write("home/.config/go/env", "GOPRIVATE=a\n")
				return nil
			},
			[]string{"home/.config/go/env"}, "mv $W/home/.config/go/env ", "home/.config/go/env",
		},
		{
			"GOBIN", "gobin-writable",
			func(p place) []string { return []string{"GOBIN=" + p.mkdir("b", 0o755)} },
			[]string{"b"}, "unset GOBIN", "",
		},
		{
			"temp folder", "tmp-writable",
			func(p place) []string { return []string{"GOTMPDIR=" + p.mkdir("t", 0o755)} },
			[]string{"t"}, "unset GOTMPDIR", "",
		},
	} {
		t.Run(strings.ReplaceAll(tt.name, " ", "_"), func(t *testing.T) {
			p := newPlace(t)
			environ := p.environ(tt.make(p)...)
			var before []byte
			if tt.kept != "" {
				before, _ = os.ReadFile(filepath.Join(p.dir, tt.kept))
			}
			asTestUser(p, tt.roots...)
			p.follow(environ, tt.check, tt.advice)
			if tt.kept == "" {
				return
			}
			if data, err := os.ReadFile(filepath.Join(p.dir, tt.kept)); string(data) != string(before) {
				t.Errorf("%s is %q, was %q: %v", tt.kept, data, before, err)
			}
		})
	}
}

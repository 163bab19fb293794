package testscripts

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// An errorText is a text in a heading of docs/errors.md, and commands that make plain go print it. They run as an
// ordinary user who may use sudo, in an empty directory, where hello and fill (see below) make a module.
type errorText struct {
	text     string
	here     []string // what stands for an example in the text, and what it is here, by turns
	commands string
}

var errorTexts = []errorText{
	{"failed to initialize build cache at /.cache/go-build: mkdir /.cache: permission denied", nil, "HOME=/ go list fmt"},
	{"build cache is required, but could not be located: GOCACHE is not defined and neither $XDG_CACHE_HOME nor $HOME " +
		"are defined", nil, "hello; env -u HOME go build ."},
	{"go: writing go env config: open /home/alice/.config/go/env: permission denied", nil,
		"mkdir -p ~/.config/go; sudo chown root ~/.config/go; go env -w GOFLAGS=-x; sudo rm -r ~/.config/go"},
	{"package fmt is not in std (/usr/local/go/src/fmt)", []string{"/usr/local/go", "…"}, closedCache + "go build ."},
	{"open /home/alice/.cache/go-build/3f/3f08…-d: permission denied",
		[]string{"/.cache/go-build/3f/3f08", "/errors/"},
		"hello; touch -d '1 hour ago' . *; export GOCACHE=$PWD/c; go list -deps .; chmod 0 c/*/*-d; go list -deps ."},
	{"fork/exec /cache/go-build/b0/…-d/x: permission denied",
		[]string{"/cache/go-build/b0/", "…/c/", "/x:", "/hello:"},
		"mkdir c; sudo mount -t tmpfs -o noexec,mode=777 tmpfs c; cp -R ~/.cache/go-build/. c; " +
			"export GOCACHE=$PWD/c; hello; go run .; go run ."},
	{"open /go/pkg/mod/cache/download/golang.org/x/text/@v/v0.15.0.lock: permission denied",
		[]string{"/go/pkg/mod", "…/m", "golang.org/x/text", "example.com/a", "v0.15.0", "v1.1.0"},
		"fill; sudo chown -R root m; go mod download example.com/a@v1.1.0"},
	{"go: could not create module cache: mkdir /go/pkg: permission denied", []string{"/go/pkg", "/srv/m"},
		"GOMODCACHE=/srv/m go mod download example.com/a@v1.0.0"},
	{"rm: cannot remove '/go/pkg/mod/…': Permission denied", []string{"/go/pkg/mod", "…/m"}, "fill; rm -r $PWD/m"},
	{"tar: …: Cannot open: File exists", nil, "fill; tar -cf m.tar m; tar -xf m.tar"},
	{"go: unlinkat /go/pkg/mod/…: permission denied", []string{"/go/pkg/mod", "…/m"},
		"fill; sudo chown -R root m; go clean -modcache"},
	{"module lookup disabled by GOPROXY=off", nil, "GOMODCACHE=$PWD/m GOPROXY=off go mod download example.com/a@v1.0.0"},
	{"mkdir /go/pkg/mod/cache/download/…: permission denied", []string{"/go/pkg/mod", "…/m"},
		"fill; uses; chmod -R u+w m; rm -r m/*/example.com m/*/*/example.com m/example.com; sudo chown -R root m; " +
			"GOPROXY=off go build ."},
	{"go: mkdir /go/pkg/mod/cache: permission denied", []string{"/go/pkg/mod", "…/m"},
		"mkdir m; chmod 555 m; GOMODCACHE=$PWD/m go mod download example.com/a@v1.0.0"},
	{"verifying example.com/a@v1.0.0/go.mod: checksum mismatch", nil, tornMod},
	{"SECURITY ERROR", nil, tornMod},
	{"unzip …/v1.0.0.zip: zip: not a valid zip file", nil,
		"fill; chmod -R u+w m/example.com; rm -r m/example.com; : >m/cache/download/example.com/a/@v/v1.0.0.zip; " +
			"go mod download example.com/a@v1.0.0"},
	{"expected 'package', found 'EOF'", nil, emptySource + "go vet example.com/a"},
	{"syntax error: package statement must be first", nil, emptySource + "go build example.com/a"},
	{"missing go.sum entry for module providing package example.com/a", nil,
		"fill; uses; chmod 0 go.sum; go build ."},
	{"fork/exec /tmp/go-build…/b001/x.test: permission denied", []string{"/tmp", "…/t", "x.test", "hello.test"},
		"mkdir t; sudo mount -t tmpfs -o noexec,mode=777 tmpfs t; hello; TMPDIR=$PWD/t go test ."},
	{"write $WORK/b001/…: no space left on device", nil,
		"mkdir t; sudo mount -t tmpfs -o size=4k,mode=777 tmpfs t; hello; TMPDIR=$PWD/t go build ."},
	{"go: creating work dir: mkdir /tmp/go-build…: no space left on device", []string{"/tmp", "…/t"},
		"mkdir t; sudo mount -t tmpfs -o nr_inodes=1,mode=777 tmpfs t; hello; TMPDIR=$PWD/t go build ."},
	{"go: creating work dir: stat /x: no such file or directory", nil, "hello; GOTMPDIR=/x go build ."},
	{"go install x: copying /tmp/go-build…/a.out: open /usr/local/bin/x: permission denied",
		[]string{"install x", "install hello", "/tmp/", "…/", "bin/x", "bin/hello"},
		"hello; GOBIN=/usr/local/bin go install ."},
	{"go: cannot find GOROOT directory: /usr/lib/go-1.20", nil, "GOROOT=/usr/lib/go-1.20 go version"},
	{"go: go.mod requires go >= 1.25.0 (running go 1.24.13; GOTOOLCHAIN=local)",
		[]string{"1.25.0", "1.99", "1.24.13", "…"}, "hello; echo 'go 1.99' >>go.mod; GOTOOLCHAIN=local go build ."},
	{"go: download go1.23 for linux/amd64: toolchain not available", []string{"1.23", "1.24.99", "linux/amd64", "…"},
		"GOTOOLCHAIN=go1.24.99 go version"},
	{"go: invalid toolchain: go1.23 is a language version but not a toolchain version (go1.23.x)", nil,
		"GOTOOLCHAIN=go1.23 go version"},
	{"go: invalid GOTOOLCHAIN \"x\"", nil, "GOTOOLCHAIN=x go version"},
	{"go: cannot find \"go1.24.0\" in PATH", nil, "GOTOOLCHAIN=go1.24.0+path go version"},
	{"go: no such tool \"covdata\"", []string{"covdata", "nosuch"}, "go tool nosuch"},
	{"warning: go env -w GOPROXY=... does not override conflicting OS environment variable", nil,
		"go env -w GOPROXY=off; go env -u GOPROXY"},
	{"go: parsing $GOFLAGS: unknown flag -nosuch", nil, "GOFLAGS=-nosuch go version"},
	{"go: inconsistent vendoring in /src:", []string{"/src", "…"},
		"fill; uses; mkdir vendor; GOFLAGS=-mod=vendor go build ."},
	{"go: -mod may only be set to readonly or vendor when in workspace mode", nil,
		"hello; go work init .; GOFLAGS=-mod=mod go build ."},
	{"go: GOPATH entry is relative; must be absolute path: \"go\".", nil, "GOPATH=go go list fmt"},
	{"dial tcp …: connect: connection refused", nil,
		"GOMODCACHE=$PWD/m GOPROXY=http://127.0.0.1:1 go mod download example.com/a@v1.0.0"},
	{"error obtaining VCS status: exit status 128", nil,
		"hello; git init -q; sudo chown -R root .git; HOME=$PWD GOCACHE=$HOME/.cache/go-build go build ."},
	{"pattern ./...: open data: permission denied", nil, "hello; mkdir -m 0 data; go list ./..."},
	{"go: updating go.mod: open /src/go.mod: permission denied", []string{"/src", "…"},
		"fill; hello; chmod 444 go.mod; go get example.com/a@v1.0.0"},
	{"too many open files", nil, "hello; ulimit -n 12; go build ."},
}

const (
	closedCache = "mkdir c; for a in 0 1 2 3 4 5 6 7 8 9 a b c d e f; do for b in 0 1 2 3 4 5 6 7 8 9 a b c d e f; do " +
		"mkdir -m 555 c/$a$b; done; done; hello; export GOCACHE=$PWD/c; "
	tornMod     = "fill; uses; : >m/cache/download/example.com/a/@v/v1.0.0.mod; go build ."
	emptySource = "fill; uses; chmod -R u+w m/example.com; : >m/example.com/a@v1.0.0/a.go; "
)

// notProduced has the texts that no row produces, each with the reason.
var notProduced = [][2]string{
	{"package maps is not in std (/usr/local/go/src/maps)",
		"a go command that can open too few files is a matter of luck: advice_hint_index"},
	{"could not import fmt (open …/go-build/85/…-d: no such file or directory)",
		"needs a race: TestRaceCleanBuild"},
	{"could not import testing (open …-d: no such file or directory)",
		"golang/go#69566; nobody knows how to make it"},
	{"fork/exec /go/pkg/mod/golang.org/toolchain@…/bin/go: permission denied",
		"needs a toolchain: env_modcache_noexec"},
	{"verifying module: example.com/a@v1.0.0: open /gp/pkg/sumdb/sum.golang.org/latest: no such file or directory",
		"needs a checksum database: env_sumdb"},
	{"file name too long", "needs a file system with short names: doctor_modcache_names"},
	{"git ls-remote -q origin in …/cache/vcs/…: exit status 128", "of Go before 1.26"},
	{"listen unix /a/long/path/…/s.sock: bind: invalid argument",
		"the test needs package net, which takes long: env_temp_socket"},
	{"can't create $WORK/b127/_pkg_.a: open $WORK/b127/_pkg_.a: no such file or directory",
		"needs a race; seen once, by removing $WORK"},
	{"go: RLock /src/go.mod: no locks available", "needs a file system without locks: lock_refused"},
	{"go: RLock /src/go.mod: function not implemented", "needs a file system without locks: lock_refused"},
	{"fork/exec /go/bin/x: text file busy", "needs a race: TestRaceInstall"},
	{"unzip …/v1.0.0.zip: target directory /go/pkg/mod/example.com/a@v1.0.0 exists and is not empty",
		"needs NFS: TestNFSTogether"},
	{"compile: version \"go1.9\" does not match go tool version \"go1.9.2\"",
		"needs two Go trees: doctor_go_mixed"},
	{"reading https://sum.golang.org/lookup/…: 410 Gone", "needs a private module and the network"},
	{"fatal: could not read Username for 'https://github.com': terminal prompts disabled", "needs the network"},
	{"tls: failed to verify certificate: x509: certificate signed by unknown authority",
		"needs a server: doctor_net_tls"},
	{"dial tcp …: i/o timeout", "takes half a minute"},
	{"403 Forbidden", "needs a server: doctor_net_proxy"},
	{"/usr/local/go/pkg/tool/linux_amd64/compile: signal: killed", "needs a limit of memory: hint_memory"},
	{"Access is denied.", "of Windows"},
	{"the file contains a virus or potentially unwanted software.", "of Windows"},
	{"Filename too long", "of Windows"},
	{"fork/exec …: The requested operation requires elevation.", "of Windows"},
	{"zsh: killed", "of macOS"},
}

// People search for the texts in the headings of docs/errors.md. So plain go must print them literally, except for the
// examples in them: TestDocumentedCommands runs the rows. Each text has a row, or a reason to have none.
func TestErrorTexts(t *testing.T) {
	var texts []string
	command := regexp.MustCompile(`^(go [a-z]+( -modcache| -w)?|GOPROXY=off|go-build…?)$`)
	for _, h := range readDocument(t, "../docs/errors.md").headings {
		for _, code := range regexp.MustCompile("`([^`]*)`").FindAllStringSubmatch(h.text, -1) {
			if !command.MatchString(code[1]) {
				texts = append(texts, code[1])
			}
		}
	}
	rows := make(map[string]bool)
	for _, e := range errorTexts {
		rows[e.text] = true
		if !slices.Contains(texts, e.text) {
			t.Errorf("no heading has the text of a row: %s", e.text)
		}
	}
	reasons := make(map[string]string)
	for _, pair := range notProduced {
		reasons[pair[0]] = pair[1]
		if !slices.Contains(texts, pair[0]) {
			t.Errorf("no heading has the text: %s", pair[0])
		}
	}
	for _, text := range texts {
		if rows[text] == (reasons[text] != "") {
			t.Errorf("a row: %t, a reason to have none: %q: %s", rows[text], reasons[text], text)
		}
	}
}

// errorSession returns the commands of the rows, each in a directory of its own.
func errorSession() []part {
	parts := []part{{commands: `export LC_ALL=C
hello() {
	echo 'module hello' >go.mod
	echo 'package main; import _ "fmt"; func main() {}' >hello.go
	echo 'package main' >hello_test.go
}
fill() {
	export GOMODCACHE=$PWD/m
	go mod download example.com/a@v1.0.0
}
uses() {
	hello
	echo 'package main; import _ "example.com/a"; func main() {}' >hello.go
	go get example.com/a@v1.0.0
}
`}}
	for i, e := range errorTexts {
		text := strings.NewReplacer(e.here...).Replace(e.text)
		parts = append(parts, part{console: true, shown: "…\n…" + text + "…\n…\n",
			commands: fmt.Sprintf("(mkdir -p ~/errors/%d; cd ~/errors/%[1]d; %s)\n", i+1, e.commands)})
	}
	return parts
}

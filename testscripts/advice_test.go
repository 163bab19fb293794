//go:build unix

package testscripts

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// An advice is a row of TestScript's advice_NAME: in a condition plain go fails, and works when what go-safe says
// to type was typed. A finding by which plain go does not fail has another test in its place, such as of a mode.
type advice struct {
	name    string
	check   string // of the doctor, or hint; name where it is empty
	given   string // what root does to make the condition; WHO is the user, and WORK, HOME and TMPDIR are the script's
	exports string // what the user has in the environment
	plain   string // fails before and works after; "" for go build .
	warm    bool   // programs are linked, for which the build cache has what they need
	needs   string // a program
}

const download = "go mod download example.com/a@v1.0.0"

var advices = []advice{
	{name: "home", exports: "export HOME=/"},
	{name: "home_unset", check: "home", exports: "unset HOME"},
	{name: "home_missing", check: "home", exports: "export HOME=/nonexistent/home"},
	{name: "home_closed", check: "home", given: "chmod 555 home"},
	{name: "home_of_root", check: "cache-writable", given: "mkdir home/.cache"},
	{
		name: "home_of_root_settings", check: "env-file", given: "mkdir home/.config",
		plain: "go env -w GOFLAGS=-v",
	},
	{
		name: "home_of_root_modules", check: "modcache-writable", given: "mkdir home/go",
		plain: download,
	},

	{name: "tmp-writable", given: "mkdir t; chown $WHO t; chmod 555 t", exports: "export TMPDIR=$WORK/t"},
	{name: "tmp-writable_root", check: "tmp-writable", given: "mkdir t", exports: "export TMPDIR=$WORK/t"},
	{name: "tmp-writable_missing", check: "tmp-writable", exports: "export GOTMPDIR=$HOME/none"},
	{
		name: "tmp-noexec", given: "mkdir t; mount -t tmpfs -o noexec none t; chmod 1777 t",
		exports: "export TMPDIR=$WORK/t", plain: "go run ./cmd", warm: true,
	},
	{
		name: "tmp-room",
		given: "mkdir t; mount -t tmpfs -o size=8k none t; chmod 1777 t; " +
			"dd if=/dev/zero of=t/f bs=8k count=1 2>&-; true",
		exports: "export TMPDIR=$WORK/t",
	},
	{
		name: "tmp-left", given: "mkdir tmp/go-build1; chown $WHO tmp/go-build1; touch -d '9 days ago' tmp/go-build1",
		plain: "go build . && test ! -e $TMPDIR/go-build1",
	},

	{name: "cache-writable", given: "mkdir c", exports: "export GOCACHE=$WORK/c"},
	{
		name: "cache-writable_mode", check: "cache-writable", given: "mkdir c; chown $WHO c; chmod 0 c",
		exports: "export GOCACHE=$WORK/c",
	},
	{
		name:    "cache-noexec",
		given:   "mkdir c; mount -t tmpfs -o noexec none c; cp -R home/.cache/go-build/. c; chown -R $WHO c",
		exports: "export GOCACHE=$WORK/c", plain: "go run ./cmd && go run ./cmd", warm: true,
	},
	{
		name: "cache-room", given: "mkdir c; mount -t tmpfs -o nr_inodes=10 none c; chmod 1777 c",
		exports: "export GOCACHE=$WORK/c",
	},
	{
		name: "cache-foreign", given: "mkdir -p c/00 c/ff; chown $WHO c c/??; " + rootEntries,
		exports: "export GOCACHE=$WORK/c",
	},
	{
		name: "cache-open", given: "mkdir c; chown $WHO c; chmod 777 c", exports: "export GOCACHE=$WORK/c",
		plain: "go build . && test $(stat -c %a $GOCACHE) = 775",
	},

	{name: "gopath-writable", given: "mkdir p", exports: "export GOPATH=$WORK/p", plain: download},
	{name: "modcache-writable", given: "mkdir p", exports: "export GOMODCACHE=$WORK/p", plain: download},
	{
		name: "modcache-foreign",
		given: "mkdir -p home/go/pkg/mod/cache/download/example.com; chown -R $WHO home/go; " +
			"chown 0 home/go/pkg/mod/cache/download/example.com",
		plain: download,
	},
	{
		name: "modcache-noexec", given: "true", exports: "export GOMODCACHE=$WORK/none/x", plain: download,
		check: "modcache-writable",
	},

	{name: "goflags", exports: "export GOFLAGS=-nosuch"},
	{name: "goflags_file", check: "goflags", given: inFile("GOFLAGS=-nosuch")},
	{name: "go111module", exports: "export GO111MODULE=bogus"},
	{
		name: "goproxy", given: inFile("GOPROXY=$VERSIONS", "GOSUMDB=off"), exports: "export GOPROXY=off",
		plain: download,
	},
	{name: "goproxy_separators", check: "goproxy", exports: `export GOPROXY="$VERSIONS;off"`, plain: download},
	{name: "gosumdb", given: inFile("GOSUMDB=off"), exports: "unset GONOSUMDB; export GOSUMDB=bogus", plain: download},
	{
		name: "private-patterns", exports: "export GOPRIVATE=https://example.com/x.git",
		plain: "test $(go env GOPRIVATE) = example.com/x,example.com/x.git",
	},
	{
		name: "env-override", given: inFile("GOPRIVATE=a.example"), exports: "export GOPRIVATE=b.example",
		plain: "test $(go env GOPRIVATE) = a.example",
	},
	{
		name: "env-file", given: inFile("GOPRIVATE=a.example") + "; chmod 0 home/.config/go/env",
		plain: "test $(go env GOPRIVATE) = a.example",
	},
	{
		name: "env-file_root", check: "env-file",
		given: inFile("GOPRIVATE=a.example") + "; chown 0 home/.config/go/env",
		plain: "go env -w GOFLAGS=-v && test $(go env GOPRIVATE) = a.example",
	},
	{name: "goroot", exports: "export GOROOT=/nowhere"},
	{name: "gobin-writable", given: "mkdir b", exports: "export GOBIN=$WORK/b", plain: "go install ./cmd", warm: true},
	{
		name: "repo-owner", given: "git init -q m; chown -R 0 m/.git", plain: "go build -o ../said/out ./cmd",
		warm: true, needs: "git",
	},

	{name: "hint_torn", check: "hint", given: "true", exports: torn, plain: "go build ./uses"},
	{
		name: "hint_sum", check: "hint", given: "true",
		exports: fetched + "; sudo chown 0 go.sum; sudo chmod 600 go.sum; cd ..",
		plain:   "go build ./uses", needs: "sudo",
	},
	{
		name: "hint_cache_foreign", check: "hint", given: rootEntries + "; chown -R $WHO c; chown 0 c/[3-c]?",
		exports: "export GOCACHE=$WORK/c", plain: "cd / && go list -deps net/http",
	},
	{name: "hint_env_file", check: "hint", given: "mkdir home/.config", plain: "go env -w GOFLAGS=-v"},
	{name: "hint_modcache_closed", check: "hint", exports: closedEntries, plain: "go build ./uses"},

	{name: "modcache-foreign_closed", check: "modcache-foreign", exports: closedEntries, plain: "go build ./uses"},
	{
		name: "modcache-foreign_files", check: "modcache-foreign", plain: "go build ./uses",
		exports: fetched + "; cd ../home/go/pkg/mod; chmod -R u+w example.com; rm -r example.com; " +
			"chmod 200 $(find cache/download/example.com -name '*.zip'); cd $WORK",
	},
	{name: "tmp-writable_tilde", check: "tmp-writable", exports: "export TMPDIR='~/tmp'"},
	{name: "tmp-writable_tilde_work", check: "tmp-writable", exports: "export GOTMPDIR='~/tmp'"},
	{name: "gopath-writable_relative", check: "gopath-writable", exports: "export GOPATH=go", plain: download},
	{name: "go111module_off", check: "go111module", exports: "export GO111MODULE=off", plain: "go list -m"},
	{
		name: "env-file_mark", check: "env-file", plain: "test $(go env GOPRIVATE) = a.example",
		given: bytesInFile(`\357\273\277GOPRIVATE=a.example\n`),
	},
	{
		name: "env-file_returns", check: "env-file", plain: "test $(go env GOPRIVATE) = a.example",
		given: bytesInFile(`GOPRIVATE=a.example\r\n`),
	},
	{
		name: "modcache-open", given: "mkdir p; chown $WHO p; chmod 777 p", exports: "export GOMODCACHE=$WORK/p",
		plain: download + " && test $(stat -c %a $GOMODCACHE) = 775",
	},
	{
		name: "cache-left", given: "mkdir -p c/00.foreign; chown $WHO c", exports: "export GOCACHE=$WORK/c",
		plain: "go build . && test ! -e $GOCACHE/00.foreign",
	},
}

const (
	// A folder of root's in a build cache.
	rootEntries = `set 0 1 2 3 4 5 6 7 8 9 a b c d e f; for d; do for e; do mkdir -p c/$d$e; done; done`

	// The module that m/uses imports is in the cache, and go.sum names it.
	fetched       = `cd m; PATH=$GOREAL:$SYSTEM go mod tidy`
	closedEntries = fetched + `; cd ..; chmod 0 $HOME/go/pkg/mod/cache/download/example.com`
	torn          = fetched + `; cd ..; f=$(find $HOME/go -name v1.0.0.mod | grep /a/); chmod u+w $f; : >$f`
)

// inFile gives the user settings of go env -w.
func inFile(lines ...string) string { return bytesInFile(strings.Join(lines, `\n`) + `\n`) }

// bytesInFile is inFile for what printf(1) makes of the text.
func bytesInFile(text string) string {
	return `mkdir -p home/.config/go; printf "` + text + `" >home/.config/go/env; chown -R $WHO home/.config`
}

// adviceScripts writes the scripts of the table.
func adviceScripts(t *testing.T) []string {
	dir := t.TempDir()
	var files []string
	for _, a := range advices {
		file := filepath.Join(dir, "advice_"+a.name+".txtar")
		if err := os.WriteFile(file, []byte(a.script()), 0o666); err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	return files
}

func (a advice) script() string {
	check, plain, warm, needs := a.check, a.plain, "", ""
	if check == "" {
		check = a.name
	}
	if plain == "" {
		plain = "go build ."
	}
	if a.warm {
		warm = "warmcache home/.cache/go-build\n"
	}
	if a.needs != "" {
		needs = "[!exec:" + a.needs + "] skip 'needs " + a.needs + "'\n"
	}
	return `[!linux] skip 'mount namespaces are for Linux'
[!otheruser] skip 'needs root and a go that other users can reach'
[!truego] skip 'needs the true go; not with -short'
[!exec:sudo] skip 'needs sudo'
` + needs + warm + `
env WHO=4470 CHECK=` + check + ` GOPROXY= GONOSUMDB=
exec unshare -m sh $SRC/testscripts/advice.sh
stdout ^typed:

-- given --
` + a.given + `
-- exports --
export GOPROXY=$VERSIONS GONOSUMDB=*
` + a.exports + `
-- plain --
` + plain + `
-- m/go.mod --
module m

go 1.21

require example.com/a v1.0.0
-- m/m.go --
package m
-- m/cmd/main.go --
package main

func main() {}
-- m/uses/uses.go --
package uses

import _ "example.com/a"
`
}

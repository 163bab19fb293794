//go:build unix

package testscripts

import (
	"strings"
)

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
		name: "cache-room_new", check: "cache-room", exports: "export GOCACHE=$WORK/c",
		given: "mkdir c; mount -t tmpfs -o nr_inodes=200 none c; chmod 1777 c",
	},
	{
		// The go command keeps an index only of a module that is older than two seconds, and fails if it cannot.
		name:    "cache-foreign",
		given:   "find m -exec touch -d '1 hour ago' {} +; mkdir -p c/00 c/ff; chown $WHO c c/??; " + rootEntries,
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
		name: "modcache-writable_missing", check: "modcache-writable", given: "true",
		exports: "export GOMODCACHE=$WORK/none/x", plain: download,
	},
	{
		name: "modcache-room", plain: download, exports: "export GOMODCACHE=$WORK/p",
		given: "mkdir p; mount -t tmpfs -o size=8k none p; chmod 1777 p; dd if=/dev/zero of=p/f bs=8k count=1 2>&-; true",
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
	{name: "toolchain", exports: "export GOTOOLCHAIN=bogus"},
	{name: "toolchain_off", check: "toolchain", exports: "export GOTOOLCHAIN=go1.99 GOPROXY=off"},
	{
		name: "module-folders", given: "mkdir m/shut; chown $WHO m/shut; chmod 0 m/shut",
		plain: "go list -mod=mod ./...",
	},
	{
		name: "module-folders_root", check: "module-folders", given: "mkdir m/shut; chmod 0 m/shut",
		plain: "go list -mod=mod ./...",
	},
	{name: "umask", exports: "umask 0300", warm: true},

	{name: "shim-first", exports: "OWNPATH=$GOREAL:$SHIM:$SYSTEM", plain: "go safe version"},
	{
		name: "shim-login", flag: "--login", given: otherFirst(".profile"), exports: "export SHELL=/bin/sh",
		plain: "$SHELL -lc 'go safe version' </dev/null",
	},
	{
		name: "shim-interactive", flag: "--login", given: otherFirst(".bashrc"), exports: "export SHELL=/bin/bash",
		plain: "$SHELL -ic 'go safe version' </dev/null", needs: "bash",
	},
	{
		name: "go-found", given: "r=$(dirname $GOREAL); d=home/sdk/go1.26; mkdir -p $d/bin; " +
			"ln -s $r/src $r/pkg $r/lib $r/VERSION $r/go.env $d; cp $GOREAL/go $d/bin; " +
			"p=$SYSTEM:/usr/local/go/bin:/usr/bin; IFS=:; for d in $p; do " +
			"test ! -e \"$d/go\" || mount --bind /dev/null \"$d/go\"; done; unset IFS",
		exports: "OWNPATH=$SHIM:$SYSTEM",
	},
	{
		name: "go-several", given: "mkdir -p old/bin old/pkg/tool; echo go1.20.1 >old/VERSION; " +
			"cp $GOREAL/go old/bin",
		exports: "OWNPATH=$SHIM:$GOREAL:$WORK/old/bin:$SYSTEM",
		plain:   "PATH=$SHIM:$WORK/old/bin:$GOREAL:$SYSTEM; go build .",
	},
	{name: "go-mixed", given: mixed, exports: "OWNPATH=$SHIM:$WORK/mixed/bin:$GOREAL:$SYSTEM"},
	{
		name: "version-manager", exports: "OWNPATH=$WORK/manager:$SHIM:$WORK/shims:$GOREAL:$SYSTEM",
		given: "mkdir -p home/.asdf shims manager; " +
			`printf '#!/bin/sh\n# asdf-plugin: golang 1.26\nexec asdf exec "go" "$@"\n' >shims/go; ` +
			`printf '#!/bin/sh\necho no version is set >&2\nexit 126\n' >manager/asdf; chmod 755 shims/go manager/asdf`,
	},
	{
		name: "gobin-path", plain: "cmd", warm: true,
		exports: "cd m; PATH=$GOREAL:$SYSTEM go install ./cmd; cd ..; OWNPATH=$SHIM:$GOREAL:$SYSTEM",
	},
	{
		name: "gobin-old", warm: true, plain: "case $(go version $HOME/go/bin/tool) in *go1.20.3) false ;; esac",
		exports: "PATH=$GOREAL:$SYSTEM go install -ldflags='-X runtime.buildVersion=go1.20.3' example.com/tool@v1.0.0; " +
			"OWNPATH=$SHIM:$GOREAL:$SYSTEM:$HOME/go/bin",
	},
	{
		name: "tmp-cleaned", exports: "true", plain: "go build -toolexec=$WORK/cleans .",
		given: "mount -t tmpfs none /run; mkdir /run/tmpfiles.d; " +
			`echo "q $TMPDIR 1777 root root 12h" >/run/tmpfiles.d/here.conf; ` +
			`printf '#!/bin/sh\ncase $* in *-V=full*) ;; *) rm -rf %s/go-build* ;; esac\nexec "$@"\n' $TMPDIR >cleans; ` +
			"chmod 755 cleans",
	},
	{
		name: "net-proxy", flag: "--net", setup: served, given: probed, plain: download,
		exports: direct + "; export GOPROXY=$PLAIN/403,$PLAIN",
	},
	{
		name: "net-tls", flag: "--net", setup: served, given: probed, plain: download,
		exports: direct + "; export GOPROXY=$SECURE NODE_EXTRA_CA_CERTS=$WORK/proxy/ca.pem",
	},
	{
		name: "net-sumdb", flag: "--net", setup: served, given: probed, plain: download,
		exports: direct + "; read key rest <proxy/GOSUMDB; unset GONOSUMDB; " +
			`export GOSUMDB="$key $SECURE/localhost/sumdb" GOPROXY=$PLAIN/404,$PLAIN REQUESTS_CA_BUNDLE=$WORK/proxy/ca.pem`,
	},
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
	{
		name: "hint_index", check: "hint", plain: "cd / && go list maps", needs: "strace",
		exports: "ulimit -n 40; PATH=$GOREAL:$SYSTEM strace -f -qq -o /dev/null -P $(dirname $GOREAL)/src/maps/maps.go " +
			"-e inject=openat:error=EMFILE go list maps",
	},
	{
		name: "hint_cache_room", check: "hint", exports: "export GOCACHE=$WORK/c",
		plain: "rm -rf $WORK/c/*; cd / && go list -deps net/http",
		given: "mkdir c; mount -t tmpfs -o nr_inodes=290 none c; chmod 1777 c",
	},
	{
		name: "hint_cache_quota", check: "hint", needs: "mkfs.btrfs", exports: "export GOCACHE=$WORK/q/c",
		plain: "cd / && go list -deps net/http", // of the module m, which is new, it would need no cache
		given: "truncate -s 300M disk; mkfs.btrfs -q disk 2>&-; mkdir q; mount -o loop disk q; btrfs quota enable q; " +
			"btrfs subvolume create q/c; btrfs qgroup limit 4M q/c; chown $WHO q/c; " +
			"setpriv --reuid=$WHO --clear-groups --regid=$WHO dd if=/dev/zero of=q/c/README bs=64k; true",
	},
	{
		name: "hint_tmp_full", check: "hint", exports: "export GOTMPDIR=$WORK/small",
		plain: "rm -f $WORK/small/big; go build -toolexec=$WORK/fills .",
		given: "mkdir small; mount -t tmpfs -o size=24m none small; chmod 1777 small; " +
			`printf '#!/bin/sh\ncase $* in *-V=full*) ;; *) dd if=/dev/zero of=%s bs=64k 2>&- ;; esac\nexec "$@"\n' ` +
			"$WORK/small/big >fills; chmod 755 fills",
	},
	{
		name: "hint_git", check: "hint", given: "git init -q m; chown -R $WHO m; : >m/.git/HEAD", needs: "git", warm: true,
		plain: "go build -o ../said/out ./cmd",
	},
	{
		name: "hint_repo", check: "hint", given: "git init -q m; chown -R 0 m/.git", plain: "go build -o ../said/out ./cmd",
		warm: true, needs: "git",
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
		name: "modcache-private", exports: "export GOMODCACHE=$WORK/p GOPRIVATE=corp.example",
		given: "mkdir -p p/cache/download/corp.example/x/@v; chown -R $WHO p",
		plain: "go build . && test $(stat -c %a $GOMODCACHE) = 750",
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
	// Folders of root in a build cache.
	rootEntries = `set 0 1 2 3 4 5 6 7 8 9 a b c d e f; for d; do for e; do mkdir -p c/$d$e; done; done`

	// The module that m/uses imports is in the module cache, and go.sum names it.
	fetched       = `cd m; PATH=$GOREAL:$SYSTEM go mod tidy`
	closedEntries = fetched + `; cd ..; chmod 0 $HOME/go/pkg/mod/cache/download/example.com`
	torn          = fetched + `; cd ..; f=$(find $HOME/go -name v1.0.0.mod | grep /a/); chmod u+w $f; : >$f`
)

// otherFirst makes a start-up file that puts plain go first on PATH.
func otherFirst(file string) string {
	return `echo "export PATH=$GOREAL:\"\$PATH\"" >home/` + file + "; chown $WHO home/" + file
}

const (
	// A module proxy with a checksum database, on servers; and a build cache for the doctor's probe.
	served = "[!probe] skip 'needs the true go; not with -short'\nmodproxy proxy src\nnetserver proxy\n"
	probed = "cp -R $PROBECACHE c; chown -R $WHO c"
	direct = "export GOCACHE=$WORK/c HTTP_PROXY= http_proxy= HTTPS_PROXY= https_proxy= SSL_CERT_FILE= SSL_CERT_DIR="

	// A Go tree with a compiler of another version.
	mixed = `r=$(dirname $GOREAL); a=$(cd $r/pkg/tool && echo *); mkdir -p mixed/bin mixed/pkg/tool/$a
cp $GOREAL/go mixed/bin/go; cp $r/VERSION $r/go.env mixed; ln -s $r/src $r/lib mixed
ln -s $r/pkg/tool/$a/* mixed/pkg/tool/$a; ln -s $r/pkg/include mixed/pkg/include; rm mixed/pkg/tool/$a/compile
printf '#!/bin/sh\ncase $1 in -V*) echo compile version go1.9 ;; *) exit 2 ;; esac\n' >mixed/pkg/tool/$a/compile
chmod 755 mixed/pkg/tool/$a/compile`
)

// inFile makes an env file of the user with these lines, as go env -w does.
func inFile(lines ...string) string { return bytesInFile(strings.Join(lines, `\n`) + `\n`) }

// bytesInFile makes an env file with what printf(1) makes of the text.
func bytesInFile(text string) string {
	return `mkdir -p home/.config/go; printf "` + text + `" >home/.config/go/env; chown -R $WHO home/.config`
}

#!/bin/sh
# Builds go-safe from the checkout that this file lies in, and runs go safe install, which installs it.
# Everything is in functions and the last line calls them: half a file does nothing.

set -u

usage() {
	cat <<'END'
usage: ./install.sh [--system | --prefix DIR | --image] [--rc] [--uninstall]

Builds go-safe and installs it under the names go-safe and go.

  --system      for all users, in /usr/local/bin; else for you, in $HOME/.local/bin
  --prefix DIR  in DIR/bin
  --image       for an image, in /opt/go-safe/bin and for login shells
  --rc          put that folder first on PATH, between markers in your shell's start-up files
                (with --system: in /etc/profile.d)
  --uninstall   remove what was installed there, and what --rc added for it
  --help        print this

It builds with the go command that GOSAFE_GO names, else with the first one on PATH that can build
go-safe, else with one from the usual places. What is installed does the rest by itself:
go safe install has the same flags, and go safe install --uninstall needs no checkout.

Exit status: 0 done, 1 failed, 2 wrong usage, 3 installed, but not the first go on PATH.
END
}

say() {
	printf 'install.sh: %s\n' "$*" >&2
}

die() {
	say "$*"
	exit 1
}

misuse() {
	say "$*; run: ./install.sh --help"
	exit 2
}

main() {
	# A setting for other work, or a wrong one, is not for the program that installs itself.
	unset GOSAFE
	parse "$@"
	home=${HOME:-}
	[ -d "$home" ] || home=''
	find_source
	find_go
	make_tmp
	build
	"$tmp/go-safe" safe install --script ./install.sh "$@"
	status=$?
	case $status in
	1) exit 3 ;;
	125) exit 1 ;;
	126 | 127) die "what was built does not run in $tmp; run: TMPDIR=/another/folder ./install.sh" ;;
	esac
	exit "$status"
}

# parse finds what is wrong with the arguments before anything is built.
parse() {
	places=0 uninstall=''
	while [ $# -gt 0 ]; do
		case $1 in
		--system | --image) places=$((places + 1)) ;;
		--prefix)
			[ -n "${2:-}" ] || misuse "--prefix needs a folder"
			places=$((places + 1))
			shift
			;;
		--prefix=?*) places=$((places + 1)) ;;
		--prefix=) misuse "--prefix needs a folder" ;;
		--rc) ;;
		--uninstall) uninstall=1 ;;
		--help | -h)
			usage
			exit
			;;
		*) misuse "unknown option: $1" ;;
		esac
		shift
	done
	[ "$places" -le 1 ] || misuse "--prefix, --system and --image exclude each other"
}

# foreign_home tells whether we are root in somebody else's home.
foreign_home() {
	[ -n "$home" ] && [ "$(id -u)" = 0 ] && [ -z "$(find "$home/." -prune -user 0)" ]
}

# find_source sets src, and need, the oldest Go that can build go-safe: 1.25.0 in go.mod.
find_source() {
	src=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P) || exit 1
	if [ ! -f "$src/go.mod" ] || [ ! -d "$src/cmd/go-safe" ]; then
		die "$src is no checkout of go-safe; run: git clone https://github.com/go-safe/go-safe && go-safe/install.sh"
	fi
	need=$(sed -n 's/^go //p' "$src/go.mod")
}

# is_go_safe looks for the main package in the build information, which the linker leaves as text.
# Asking the program would run something unknown, and a script that starts go-safe would pass for it.
is_go_safe() {
	[ -f "$1" ] && LC_ALL=C grep -q "path${tab}github.com/go-safe/go-safe/cmd/go-safe\$" "$1"
}
tab=$(printf '\t')

# find_go sets go, the path of the go command that builds. The usual places are those where go-safe itself looks.
find_go() {
	if [ -n "${GOSAFE_GO:-}" ]; then
		version=$(version_of "$GOSAFE_GO") ||
			die "GOSAFE_GO=$GOSAFE_GO is go-safe, or not the full path of a go command that runs"
		go=$GOSAFE_GO
		trouble=$(why_not "$go" "$version") || return 0
		die "$trouble"
	fi
	usual=/usr/local/go/bin:/usr/lib/go/bin:/usr/lib/golang/bin:/usr/local/bin:/usr/bin:/bin:/opt/homebrew/bin:/snap/bin
	first=''
	set -f
	IFS=:
	for d in ${PATH:-} $usual; do
		unset IFS
		if version=$(version_of "$d/go"); then
			go=$d/go
			trouble=$(why_not "$go" "$version") || return 0
			: "${first:=$trouble}"
		fi
	done
	[ -z "$uninstall" ] || die "no go command to build with; run: go-safe safe install --uninstall"
	die "${first:-no go command on PATH nor in $usual; run: GOSAFE_GO=/path/to/go ./install.sh}"
}

# version_of prints the version of a real go. It runs it, because a version manager's go may have nothing to start. The
# user's settings do not count, and no toolchain that a go.mod here names is downloaded.
version_of() (
	case $1 in
	/*) [ -f "$1" ] && [ -x "$1" ] && ! is_go_safe "$1" || exit 1 ;;
	*) exit 1 ;;
	esac
	unset GOROOT
	spare_home ''
	said=$(GOENV=off GOTOOLCHAIN=local "$1" version 2>/dev/null) || exit 1
	printf '%s\n' "$said" | sed -n 's/.*\(go1\.[0-9][0-9.a-z]*\).*/\1/p'
)

# is_old tells whether a version is below the one that is needed. Something without a version is tried.
is_old() {
	minor=${1#go1.} wants=${need#1.}
	minor=${minor%%[!0-9]*} wants=${wants%%.*}
	[ -n "$minor" ] && [ "$minor" -lt "$wants" ]
}

# why_not prints why a go cannot build go-safe. One from 1.21 on downloads the Go that go.mod asks for.
why_not() {
	is_old "$2" || return 1
	if [ "$minor" -lt 21 ]; then
		echo "$1 is $2, and go-safe needs Go $need or later to be built; install it from https://go.dev/dl"
	elif [ "$(spare_home '' && cd / && GOFLAGS='' "$1" env GOTOOLCHAIN 2>/dev/null)" = local ]; then
		echo "$1 is $2, and go-safe needs Go $need or later to be built; GOTOOLCHAIN=local forbids to download it;" \
			"run: GOTOOLCHAIN=go$need ./install.sh"
	else
		return 1
	fi
}

# kept prints the path of a folder if what we make there stays ours. Root runs what it has built there: so the folder and
# all above it must be root's, and closed to others or sticky. An owner without a number in this user namespace is good.
kept() (
	if [ "$(id -u)" != 0 ]; then
		printf '%s\n' "$1"
		exit
	fi
	other=0
	if awk '$1 <= 65534 && 65534 < $1 + $3 { exit 1 }' /proc/self/uid_map 2>/dev/null; then other=65534; fi
	real=$(CDPATH='' cd -- "$1" 2>/dev/null && pwd -P) || exit
	at=$real
	while [ -n "$(find "$at" -prune \( -user 0 -o -user $other \) \( -perm -1000 -o ! -perm -020 ! -perm -002 \))" ]; do
		if [ "$at" = / ]; then
			printf '%s\n' "$real"
			exit
		fi
		at=${at%/*}
		[ -n "$at" ] || at=/
	done
	exit 1
)

# make_tmp makes a folder to build in. Programs must run there, and it needs room: a temp folder may be noexec or small.
make_tmp() {
	tmp=''
	trap 'discard' EXIT
	trap 'exit 129' HUP
	trap 'exit 130' INT
	trap 'exit 143' TERM
	for d in "${TMPDIR:-/tmp}" /tmp /var/tmp "${home:-/tmp}" ~root "$src"; do
		d=$(kept "$d") || continue
		if tmp=$(mktemp -d "$d/.go-safe.XXXXXX" 2>/dev/null) && has_room && mkdir "$tmp/home"; then return; fi
		discard
	done
	die "no folder to build in, with 200 MB of room and without noexec; run: TMPDIR=/another/folder ./install.sh"
}

has_room() {
	printf '#!/bin/sh\n' 2>/dev/null >"$tmp/try" && chmod 755 "$tmp/try" && "$tmp/try" 2>/dev/null &&
		df -Pk "$tmp" | awk 'NR == 2 { room = $4 } END { exit room < 200000 }'
}

# discard removes the folder, which may have a module cache in it, with its read-only folders.
discard() {
	if [ -n "$tmp" ]; then chmod -R u+w "$tmp" && rm -rf "$tmp"; fi
	tmp=''
}

build() {
	say "building with $go"
	old=''
	if is_old "$version"; then old=1; fi
	if ! go_build shared 2>"$tmp/log"; then
		cat "$tmp/log" >&2
		build_again || die "the build failed; nothing is installed${old:+; $go is $version, and go-safe needs Go $need}"
	fi
}

build_again() {
	if grep -q -e -buildvcs=false "$tmp/log"; then
		say "trying again without version information from git"
		go_build shared -buildvcs=false && return
	fi
	say "trying again with caches of its own and without the settings of go env -w"
	go_build private -buildvcs=false
}

# go_build builds into tmp, without the settings that the user made for other work.
go_build() (
	if [ "$1" = private ]; then
		export GOENV=off GOCACHE="$tmp/cache" GOPATH="$tmp/home/go" GOMODCACHE="$tmp/home/go/pkg/mod"
	fi
	shift
	cd "$src" || exit
	spare_home "$tmp/home"
	unset GOROOT GOEXPERIMENT
	export CGO_ENABLED=0 GO111MODULE=on GOWORK=off GOFLAGS=-trimpath GOTMPDIR="$tmp"
	GOOS=$("$go" env GOHOSTOS) && GOARCH=$("$go" env GOHOSTARCH) || exit
	export GOOS GOARCH
	# Git describes no checkout of another user, unless told to. Whoever runs this install.sh trusts the checkout.
	n=${GIT_CONFIG_COUNT:-0}
	export "GIT_CONFIG_KEY_$n=safe.directory" "GIT_CONFIG_VALUE_$n=$src" GIT_CONFIG_COUNT=$((n + 1))
	# git status, which the go command runs, would write its index, and sudo would leave that to root.
	export GIT_OPTIONAL_LOCKS=0
	"$go" build "$@" -o "$tmp/go-safe" ./cmd/go-safe
)

# spare_home gives the go command, which keeps caches and counters at home, another home where that is
# not ours or not writable.
spare_home() {
	if [ -z "$home" ] || [ ! -w "$home" ] || foreign_home; then
		export HOME="$1" XDG_CONFIG_HOME='' XDG_CACHE_HOME=''
	fi
}

main "$@"

#!/bin/sh
# Installs go-safe from the checkout that this file lies in; ./install.sh --help says how.
# Everything is in functions and the last line calls them: half a file does nothing.

set -u

usage() {
	cat <<'END'
usage: ./install.sh [--system | --prefix DIR] [--rc] [--uninstall]

Builds go-safe and installs it under the names go-safe and go.

  --system      for all users, in /usr/local/bin; else for you, in $HOME/.local/bin
  --prefix DIR  in DIR/bin
  --rc          put that folder first on PATH, between markers in your shell's start-up files
                (with --system: in /etc/profile.d)
  --uninstall   remove what was installed there, and what --rc added for it
  --help        print this

It builds with the go command that GOSAFE_GO names, else with the first one on PATH that is not
go-safe, else with one from the usual places.

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
	say "$*; type: ./install.sh --help"
	exit 2
}

main() {
	# Off, the program built would not even tell its version.
	unset GOSAFE
	parse "$@"
	choose_dir
	if [ -n "$uninstall" ]; then
		remove
		exit
	fi
	find_source
	may_replace "$dir/go-safe"
	may_replace "$dir/go"
	go=$(find_go) || exit 1
	make_tmp
	build
	place
	if [ -n "$rc" ]; then
		start_up_files | while IFS= read -r file; do add_block "$file"; done
	fi
	check
}

parse() {
	system='' prefix='' rc='' uninstall=''
	while [ $# -gt 0 ]; do
		case $1 in
		--system) system=1 ;;
		--prefix)
			[ -n "${2:-}" ] || misuse "--prefix needs a folder"
			prefix=$2
			shift
			;;
		--prefix=?*) prefix=${1#--prefix=} ;;
		--prefix=) misuse "--prefix needs a folder" ;;
		--rc) rc=1 ;;
		--uninstall) uninstall=1 ;;
		--help | -h)
			usage
			exit
			;;
		*) misuse "unknown option: $1" ;;
		esac
		shift
	done
	if [ -n "$system" ] && [ -n "$prefix" ]; then
		misuse "--system and --prefix exclude each other"
	fi
}

# choose_dir sets dir, the folder to install into, and home, which is empty where there is none.
choose_dir() {
	home=${HOME:-}
	[ -d "$home" ] || home=''
	case $prefix in
	'') dir=$home/.local/bin ;;
	/*) dir=${prefix%/}/bin ;;
	*) dir=$(pwd)/${prefix%/}/bin ;;
	esac
	if [ -n "$system" ]; then
		dir=/usr/local/bin
	elif [ -z "$home" ] && [ -z "$prefix" ]; then
		die "there is no home folder (HOME=${HOME:-}); type: ./install.sh --prefix DIR"
	elif [ -z "$home" ] && [ -n "$rc" ]; then
		die "there is no home folder (HOME=${HOME:-}) with a start-up file that --rc could change"
	elif foreign_home && [ -z "$prefix$uninstall" ]; then
		# Through sudo, for one: the folder of somebody else would get files of root's.
		die "$home is not root's; run this as its owner, or type: ./install.sh --system"
	fi
	case $dir in
	*:*) die "$dir cannot be on PATH, with a colon in its name" ;;
	esac
}

# foreign_home tells whether we are root in somebody else's home.
foreign_home() {
	[ -n "$home" ] && [ "$(id -u)" = 0 ] && [ -z "$(find "$home/." -prune -user 0)" ]
}

find_source() {
	src=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P) || exit 1
	if [ ! -f "$src/go.mod" ] || [ ! -d "$src/cmd/go-safe" ]; then
		die "$src is no checkout of go-safe; type: git clone https://github.com/go-safe/go-safe && go-safe/install.sh"
	fi
}

# is_go_safe looks for the main package in the build information, which the linker leaves as text.
# Asking the program would run something unknown, and a script that starts go-safe would pass for it.
is_go_safe() {
	[ -f "$1" ] && LC_ALL=C grep -q "path${tab}github.com/go-safe/go-safe/cmd/go-safe\$" "$1"
}
tab=$(printf '\t')

# is_ours knows our link even when the file it leads to is lost.
is_ours() {
	is_go_safe "$1" || [ "$(readlink "$1")" = go-safe ]
}

exists() {
	[ -e "$1" ] || [ -L "$1" ]
}

may_replace() {
	if exists "$1" && ! is_ours "$1"; then
		die "$1 is not go-safe and stays; remove it, or type: ./install.sh --prefix DIR"
	fi
}

# find_go prints the path of the real go. The usual places are those where go-safe itself looks.
find_go() (
	if [ -n "${GOSAFE_GO:-}" ]; then
		is_real_go "$GOSAFE_GO" || die "GOSAFE_GO=$GOSAFE_GO is go-safe, or not the full path of a go command that runs"
		printf '%s\n' "$GOSAFE_GO"
		exit
	fi
	usual=/usr/local/go/bin:/usr/lib/go/bin:/usr/lib/golang/bin:/usr/local/bin:/usr/bin:/bin:/opt/homebrew/bin:/snap/bin
	set -f
	IFS=:
	for d in ${PATH:-} $usual; do
		if is_real_go "$d/go"; then
			printf '%s\n' "$d/go"
			exit
		fi
	done
	die "no go command on PATH nor in $usual; type: GOSAFE_GO=/path/to/go ./install.sh"
)

# is_real_go runs it, for a version manager's go may have nothing to start; as it is, whatever the
# settings, and without fetching the toolchain that the folder we are in asks for.
is_real_go() (
	case $1 in
	/*) [ -f "$1" ] && [ -x "$1" ] && ! is_go_safe "$1" || exit 1 ;;
	*) exit 1 ;;
	esac
	unset GOROOT
	spare_home ''
	GOENV=off GOTOOLCHAIN=local "$1" version >/dev/null 2>&1
)

# make_tmp makes the folder to build in. It lies beside the target: so a rename puts everything in
# its place at once, and a full or noexec /tmp is not in the way.
make_tmp() {
	# All who can use the folder shall be able to run what is in it.
	umask 022
	if ! mkdir -p "$dir" || ! tmp=$(mktemp -d "$dir/.go-safe.XXXXXX") || ! mkdir "$tmp/bin" "$tmp/home"; then
		die "cannot write to $dir; type: ./install.sh --prefix DIR${system:+, or sudo ./install.sh --system}"
	fi
	trap 'discard "$tmp"' EXIT
	trap 'exit 129' HUP
	trap 'exit 130' INT
	trap 'exit 143' TERM
}

# discard removes a folder that may have a module cache in it, with its read-only folders.
discard() {
	chmod -R u+w "$1" && rm -rf "$1"
}

build() {
	say "building with $go"
	if ! go_build shared 2>"$tmp/log"; then
		cat "$tmp/log" >&2
		build_again || die "the build failed; nothing is installed"
	fi
	if ! GOSAFE_GO=$go "$tmp/bin/go-safe" safe version >/dev/null; then
		die "what was built does not run in $dir; nothing is installed"
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

# go_build builds into tmp/bin. What is set for other work shall not bend this build.
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
	# Git describes no checkout of another user, unless told to. Who runs its install.sh trusts it.
	n=${GIT_CONFIG_COUNT:-0}
	export "GIT_CONFIG_KEY_$n=safe.directory" "GIT_CONFIG_VALUE_$n=$src" GIT_CONFIG_COUNT=$((n + 1))
	"$go" build "$@" -o "$tmp/bin/go-safe" ./cmd/go-safe
)

# spare_home gives the go command, which keeps caches and counters at home, another home where that is
# not ours or not writable.
spare_home() {
	if [ -z "$home" ] || [ ! -w "$home" ] || foreign_home; then
		export HOME="$1" XDG_CONFIG_HOME='' XDG_CACHE_HOME=''
	fi
}

place() {
	fresh=1
	if exists "$dir/go"; then fresh=''; fi
	if ! ln -s go-safe "$tmp/bin/go" || ! mv -f "$tmp/bin/go-safe" "$tmp/bin/go" "$dir"; then
		die "cannot write to $dir"
	fi
}

# start_up_files prints the files that set PATH for the shell of this user, or for all users.
start_up_files() {
	if [ -n "$system" ]; then
		# They are read in the order of their names, and who comes last stands first on PATH.
		echo /etc/profile.d/zz-go-safe.sh
		return
	fi
	case ${SHELL:-} in
	*/bash)
		# A login shell reads the first of these that is there, other interactive shells only .bashrc.
		for f in "$home/.bash_profile" "$home/.bash_login" "$home/.profile"; do
			if [ -e "$f" ]; then break; fi
		done
		printf '%s\n' "$f" "$home/.bashrc"
		;;
	*/zsh) printf '%s\n' "${ZDOTDIR:-$home}/.zshrc" ;;
	*/fish) printf '%s\n' "${XDG_CONFIG_HOME:-$home/.config}/fish/config.fish" ;;
	*) printf '%s\n' "$home/.profile" ;;
	esac
}

begin='# >>> go-safe >>>'
end='# <<< go-safe <<<'

# block prints the lines that put dir first on PATH, where it is not first already.
# shellcheck disable=SC2016 # they are for another shell
block() {
	echo "$begin"
	case $1 in
	*.fish) printf 'test "$PATH[1]" = %s; or %s\n' "$(fish_word)" "$(path_line fish)" ;;
	*) printf 'case $PATH in\n%s:*) ;;\n*) %s ;;\nesac\n' "$(sh_word)" "$(path_line sh)" ;;
	esac
	echo "$end"
}

# path_line prints the line that puts dir first on PATH, in the language of a shell.
# shellcheck disable=SC2016 # it is for another shell
path_line() {
	case $1 in
	*fish) printf 'set -gx PATH %s $PATH\n' "$(fish_word)" ;;
	*) printf 'export PATH=%s:"$PATH"\n' "$(sh_word)" ;;
	esac
}

sh_word() {
	printf "'%s'" "$(printf '%s\n' "$dir" | sed "s/'/'\\\\''/g")"
}

fish_word() {
	printf "'%s'" "$(printf '%s\n' "$dir" | sed "s/[\\\\']/\\\\&/g")"
}

# without_block prints a file without our lines. A begin that has no end stays: it is not as we wrote it.
without_block() {
	LC_ALL=C awk -v begin="$begin" -v end="$end" '
		$0 == begin { printf "%s", held; held = "" }
		$0 == begin || held != "" {
			held = held $0 "\n"
			if ($0 == end) held = ""
			next
		}
		{ print }
		END { printf "%s", held }' "$1"
}

add_block() {
	if [ ! -e "$1" ]; then
		mkdir -p "$(dirname "$1")"
		: >>"$1"
	fi
	rewrite "$1" "$(without_block "$1" && block "$1" && echo .)"
}

# remove_block leaves the lines alone that were added for another folder.
remove_block() {
	[ -f "$1" ] || return 0
	if grep -qxF "$begin" "$1" && grep -qF -e "$(sh_word)" -e "$(fish_word)" "$1"; then
		rewrite "$1" "$(without_block "$1" && echo .)"
	fi
}

# rewrite gives a file its new contents; a dot at their end keeps the line ends before it. It does not
# rename: start-up files are often links into a repository of their owner's.
rewrite() (
	if [ "$(cat "$1" && echo .)" = "$2" ]; then exit; fi
	trap '' HUP INT TERM
	if [ -z "$2" ] || ! printf '%s' "${2%.}" >"$1"; then
		say "cannot change $1"
		exit
	fi
	say "changed $1"
)

# check runs what is installed, looks which go comes first, here and in a new login shell, and exits.
check() {
	say "installed $dir/go: $("$dir/go-safe" safe version | sed -n '1s/  */ /gp')"
	status=0
	here=$(command -v go)
	asked=$(ask_login)
	login=$(answer 'first go')
	typed=$(answer typed)
	if is_go_safe "$login"; then
		:
	elif ! on_path "$(answer path)"; then
		status=3
		say "in a login shell, $dir is not on PATH${login:+, and $login is found}"
	else
		status=3
		say "in a login shell, $login comes before it, because of"
		blame "$login"
	fi
	case $typed in
	'' | /* | *go-safe*) ;;
	*) say "in a login shell, go is a function or an alias, which comes before any program: $typed" ;;
	esac
	if ! is_go_safe "$here"; then
		advise
	elif [ "$here" != "$dir/go" ]; then
		say "$here, which is go-safe too, comes before it"
	elif [ -n "$fresh" ]; then
		say "shells that ran another go before may need: hash -r"
	fi
	exit "$status"
}

# on_path tells whether dir is on a PATH.
on_path() {
	case ":$1:" in
	*":$dir:"*) ;;
	*) return 1 ;;
	esac
}

# advise is for when go-safe does not come first here. The start-up files cannot change that.
advise() {
	if [ -n "$here" ] && on_path "$PATH"; then
		say "in this shell, $here comes before it, because of"
		blame "$here"
	else
		say "in this shell, $dir is not on PATH${here:+, and $here is found}"
	fi
	if [ -n "$rc" ]; then
		say "open a new shell, or type:"
	elif is_go_safe "$login"; then
		status=3
		say "log in again, or type:"
	else
		status=3
		say "type this, and add it to the end of your start-up file, which --rc does for you:"
	fi
	path_line "${SHELL:-}"
}

# ask_login asks a new login shell of this user for the first go on its PATH, the PATH, and what it would run for go,
# which may be a function or an alias.
# shellcheck disable=SC2016 # the questions are for other shells
ask_login() {
	shell=${SHELL:-} flags=-lc question='"$(command -v go)"'
	case $shell in
	*/bash | */dash | */ash | */ksh | */sh) ;;
	*/zsh) flags=-lic ;; # other shells do not read .zshrc
	*/fish) question='(command -v go)' ;;
	*) shell=/bin/sh ;;
	esac
	question="printf '\ntyped: %s\n' $question"
	question="$question; sh -c 'printf \"first go: %s\npath: %s\n\" \"\$(command -v go)\" \"\$PATH\"'"
	env -i HOME="${home:-/}" USER="$(id -un)" SHELL="$shell" TERM=dumb PATH="$(login_path)" \
		"$shell" "$flags" "$question" </dev/null
} 2>/dev/null

# answer prints one of the answers.
answer() {
	printf '%s\n' "$asked" | sed -n "s/^$1: //p"
}

# login_path prints the PATH that a login starts with.
login_path() {
	path=$(sed -n 's/^PATH=//p' /etc/environment | tr -d "\"'")
	printf '%s\n' "${path:-/usr/local/bin:/usr/bin:/bin}"
}

# blame says which lines of start-up files put the folder of a go on PATH before dir: that which puts dir last; else
# those that put the folder first; else, because dir may come later, those that put it last.
blame() {
	lines=$(path_lines last "$dir")
	: "${lines:=$(path_lines first "$(dirname "$1")")}"
	: "${lines:=$(path_lines last "$(dirname "$1")")}"
	printf '%s\n' "${lines:-no start-up file: it was set where this shell was started}" | sed 's/^/install.sh:   /' >&2
}

# path_lines prints the lines of start-up files that put a folder first, or last, on PATH.
path_lines() {
	kind=$1 folder=$2
	set --
	for f in /etc/environment /etc/paths /etc/paths.d/* /etc/profile /etc/profile.d/*.sh \
		/etc/bash.bashrc /etc/bashrc /etc/zshenv /etc/zprofile /etc/zshrc /etc/zsh/* \
		"$home"/.profile "$home"/.bash_profile "$home"/.bash_login "$home"/.bashrc \
		"${ZDOTDIR:-$home}"/.zshenv "${ZDOTDIR:-$home}"/.zprofile "${ZDOTDIR:-$home}"/.zshrc \
		/etc/fish/config.fish "${XDG_CONFIG_HOME:-$home/.config}"/fish/config.fish; do
		if [ -f "$f" ] && [ -r "$f" ]; then set -- "$@" "$f"; fi
	done
	KIND=$kind FOLDER=$folder HOME=${home:-/nowhere} LC_ALL=C awk "$path_words" "$@" </dev/null
}

# path_words looks for FOLDER among the words of a line that sets PATH; the files of /etc/paths have folders only.
# What only names something in the folder, and what is said behind a # sign, is not meant. The folder may be written
# with HOME, a tilde or a GOROOT that was set before. It is last where the old PATH stands before it.
# shellcheck disable=SC2016 # it is for awk
path_words='
	{ line = $0; sub(/(^|[ \t])#.*/, "", line) }
	line ~ /(^|[ \t])GOROOT[= \t]/ {
		goroot = line
		sub(/.*GOROOT[= \t]/, "", goroot)
		sub(/[;: \t].*/, "", goroot)
		goroot = plain(goroot)
	}
	sets_path() {
		n = split(plain(line), words, /[:= \t;()]+/)
		at = old = 0
		for (i = 1; i <= n; i++) {
			if (words[i] == ENVIRON["FOLDER"] || words[i] == ENVIRON["FOLDER"] "/") at = i
			if (words[i] ~ /^[$](PATH|path)$/ || words[i] ~ /^(PATH|path)[+]$/) old = i
		}
		kind = old && old < at ? "last" : "first"
		if (at && kind == ENVIRON["KIND"]) print FILENAME ":" FNR ":" $0
	}
	function sets_path() {
		if (line ~ /^[ \t]*alias[ \t]/) return 0
		if (match(line, /(^|[ \t;&|(])(PATH|path)[+]?=/)) {
			line = substr(line, RSTART)
			return 1
		}
		return line ~ /(^|[ \t;&|])(set[ \t].*PATH|fish_add_path|pathmunge)[ \t]/ || FILENAME ~ /^\/etc\/paths/
	}
	function plain(s) {
		gsub(/["\047]/, "", s)
		gsub(/[$][{]PATH:[+]:?/, " $PATH ", s)
		gsub(/[$][{]/, "$", s)
		gsub(/[}]/, " ", s)
		gsub(/[$]GOROOT *\//, goroot "/", s)
		gsub(/[$]HOME *\//, ENVIRON["HOME"] "/", s)
		gsub(/[:= \t(]~\//, "&" ENVIRON["HOME"] "/", s)
		gsub(/~\/\//, "/", s)
		return s
	}'

remove() {
	found=''
	for f in "$dir/go" "$dir/go-safe"; do
		if ! exists "$f"; then continue; fi
		if ! is_ours "$f"; then
			say "$f is not go-safe and stays"
			continue
		fi
		rm -f "$f" || exit 1
		say "removed $f"
		found=1
	done
	# A build that was killed may have left these.
	for f in "$dir"/.go-safe.??????; do
		if [ -d "$f" ]; then discard "$f"; fi
	done
	if [ -n "$system" ]; then
		rm -f /etc/profile.d/zz-go-safe.sh || exit 1
	elif [ -n "$home" ]; then
		for f in "$home"/.bash_profile "$home"/.bash_login "$home"/.profile "$home"/.bashrc \
			"${ZDOTDIR:-$home}"/.zshrc "${XDG_CONFIG_HOME:-$home/.config}"/fish/config.fish; do
			remove_block "$f"
		done
	fi
	[ -n "$found" ] || say "there is no go-safe in $dir"
}

main "$@"

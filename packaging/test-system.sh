#!/usr/bin/env bash
# Installs the packages of dist/ in a chroot of Debian, as an administrator would. A new user with a real go uses them.
# Then they are upgraded and removed, and no file may be left. Run it as root, after packaging/test-release.sh.
# The devcontainer feature runs there too. The network is needed to make the chroot, which takes two minutes.
set -euo pipefail
cd "$(dirname "$0")/.."
# The mounts below end with this mount namespace.
[ -n "${GOSAFE_TEST_MOUNTS-}" ] || exec env GOSAFE_TEST_MOUNTS=1 unshare --mount --propagation private "$0" "$@"
unset GOSAFE_TEST_MOUNTS

tmp=$(mktemp -d)
root=$tmp/root
trap 'umount -l "$root"/{proc,dev,usr/local/go,srv/mod} 2>/dev/null || true; rm -rf --one-file-system "$tmp"' EXIT
real=$(go env GOROOT)
want=$("$real/bin/go" version)
deb=$(echo dist/go-safe_*_amd64.deb)
rpm=$(echo dist/go-safe-*.x86_64.rpm)
[ -f "$deb" ] && [ -f "$rpm" ]

# shellcheck source=packaging/checks.sh
. packaging/checks.sh

inside() { env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C chroot "$root" "$@"; }

# alice COMMAND runs in a new login shell of the user alice.
alice() { inside su - alice -s "${shell-/bin/bash}" -c "$1"; }

# files lists what is in the chroot, with owner, mode, and the sum of what is in files. The rest of /var is what
# package managers write of themselves.
files() {
	(
		cd "$root"
		find . \( -path ./proc -o -path ./dev -o -path ./tmp -o -path ./usr/local/go -o -path ./srv -o -path ./home \
			-o -path ./var/log -o -path ./var/lib/rpm -o -path './var/lib/dpkg/*-old' -o -path ./var/lib/dpkg/status \
			-o -path './var/cache/*' \) -prune -o -printf '%y %m %u %g %p %l\n'
		find etc usr opt root -path usr/local/go -prune -o -type f -exec sha256sum {} +
	) | sort >"$1"
}

# nothing_left fails if a file came, went or changed since the first list.
nothing_left() {
	files "$tmp/after"
	diff "$tmp/before" "$tmp/after" || {
		echo "$1 does not leave the system as it was" >&2
		exit 1
	}
}

step 'a chroot with a real go'
debootstrap --variant=minbase --include=sudo,fish,zsh bookworm "$root" >"$tmp/log" || { tail "$tmp/log" && exit 1; }
mkdir -p "$root"/usr/local/go "$root"/srv/mod
mount --bind "$real" "$root/usr/local/go"
mount -o remount,bind,ro "$root/usr/local/go"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
# It comes behind most files of the folder, so its go would come first.
# shellcheck disable=SC2016 # it is for another shell
echo 'export PATH=/usr/local/go/bin:$PATH' >"$root/etc/profile.d/golang.sh"
# This empty folder belongs to the fish of Debian, which rpm does not know of. rpm would remove it.
touch "$root/usr/share/fish/vendor_completions.d/other.fish"
inside useradd -m alice
mkdir "$root/home/alice/hello"
cat >"$root/home/alice/hello/main.go" <<'END'
package main

func main() { println("hello") }
END
echo 'module hello' >"$root/home/alice/hello/go.mod"
inside chown -R alice: /home/alice
# Else a process of the real go writes to root's home later, when go has ended.
inside /usr/local/go/bin/go telemetry off
inroot() { rpm --root "$root" --dbpath /var/lib/rpm --nodeps "$@"; }
rpm --root "$root" --dbpath /var/lib/rpm --initdb
files "$tmp/before"
[ "$(wc -l <"$tmp/before")" -gt 5000 ]
is /usr/local/go/bin/go alice 'command -v go'

step 'Debian: install, and use as a new user'
cp "$deb" "$root/tmp/go-safe.deb"
inside dpkg -i /tmp/go-safe.deb
is /usr/lib/go-safe/bin/go alice 'command -v go'
is /usr/bin/go-safe alice 'command -v go-safe'
is "$want" alice 'go version'
alice 'go safe version -v'
is /usr/local/go/bin/go alice "go safe version -v | sed -n 's/^real go *//p'"
if alice 'cd hello && HOME=/nonexistent /usr/local/go/bin/go build' 2>"$tmp/err"; then
	echo 'plain go works without a home' >&2
	exit 1
fi
is hello alice 'cd hello && HOME=/nonexistent go run . 2>&1'
inside rm -r "/var/tmp/go-$(inside id -u alice)"
shell=/usr/bin/fish is /usr/lib/go-safe/bin/go alice 'command -v go'
shell=/usr/bin/fish is verify alice 'complete -C "go-safe safe verif"'
inside gzip -t /usr/share/man/man1/go-safe.1.gz

# zsh completes a word that is typed on a terminal.
cat >"$root/tmp/complete.zsh" <<'END'
zmodload zsh/zpty
zpty z zsh -f -i
zpty -w z 'autoload -U compinit; compinit -u -D; echo rea''dy'
zpty -r -m z out '*ready*'
zpty -w -n z $'go-safe safe verif\t'
zpty -r -m z out '*verify*' && echo complete
END
is complete inside timeout 60 zsh -f /tmp/complete.zsh

step 'Debian: the alternative, for sudo and for all shells'
command=$(sed -n 's/^sudo \(update-alternatives --install .*\)/\1/p' docs/packages.md)
[ -n "$command" ]
is /usr/local/go/bin/go inside sudo PATH=/usr/local/go/bin:/usr/bin:/bin sh -c 'command -v go'
inside sh -c "$command"
is /usr/local/bin/go inside sudo sh -c 'command -v go'
is "$want" inside sudo go version
inside sudo go safe version
shell=/bin/zsh is /usr/local/bin/go alice 'command -v go'

step 'Debian: upgrade'
# The administrator's line in the file of /etc stays, and so does the alternative.
echo '# mine' >>"$root/etc/profile.d/zz-go-safe-package.sh"
dpkg-deb -R "$deb" "$tmp/next"
sed -i 's/^Version: .*/Version: 99.0/' "$tmp/next/DEBIAN/control"
dpkg-deb -b "$tmp/next" "$root/tmp/go-safe.deb" >/dev/null
inside dpkg -i /tmp/go-safe.deb
# shellcheck disable=SC2016 # dpkg-query fills it in
is 99.0 inside dpkg-query -W -f '${Version}' go-safe
is '# mine' tail -n 1 "$root/etc/profile.d/zz-go-safe-package.sh"
is /usr/local/bin/go inside sudo sh -c 'command -v go'
is /usr/lib/go-safe/bin/go alice 'command -v go'

step 'Debian: remove and purge'
inside dpkg -r go-safe
is /usr/local/go/bin/go alice 'command -v go 2>&1'
[ ! -e "$root/usr/local/bin/go" ] && [ ! -L "$root/usr/local/bin/go" ]
[ ! -e "$root/usr/lib/go-safe" ]
inside dpkg -P go-safe
nothing_left 'the Debian package'

step 'rpm: install, upgrade, remove'
inroot -i "$rpm"
inroot -V go-safe
is /usr/lib/go-safe/bin/go alice 'command -v go'
is "$want" alice 'go version'
inside sh -c "$command"
inroot -U --force "$rpm"
is /usr/local/bin/go inside sudo sh -c 'command -v go'
inroot -e go-safe
is /usr/local/go/bin/go alice 'command -v go'
nothing_left 'the rpm package'

step 'devcontainer: the feature installs from a module proxy'
# There is no network in the chroot, so the proxy is folders: this commit, and what the machine has of its needs.
packaging/module-proxy.sh "$root/srv/proxy"
go mod download
mount --bind "$(go env GOMODCACHE)/cache/download" "$root/srv/mod"
cp packaging/devcontainer/src/go-safe/install.sh "$root/tmp/feature.sh"
inside env GOPROXY=file:///srv/proxy,file:///srv/mod GOSUMDB=off VERSION=latest sh /tmp/feature.sh
# shellcheck disable=SC2016 # the feature has it so
path=$(sed -n 's/.*"PATH": "\(.*\):${PATH}".*/\1/p' packaging/devcontainer/src/go-safe/devcontainer-feature.json)
is "$path/go" inside su alice -c "PATH=$path:/usr/local/go/bin:/usr/bin:/bin; command -v go"
is hello inside su alice -c "PATH=$path:/usr/local/go/bin:/usr/bin:/bin; cd ~/hello && HOME=/nonexistent go run . 2>&1"
rm -r "$root/usr/local/lib/go-safe" "$root/var/tmp/go-$(inside id -u alice)"
nothing_left 'the feature, removed by hand,'

step finished

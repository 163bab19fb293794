#!/usr/bin/env bash
# rig.sh DIR makes what Windows programs need to run here, in a new directory DIR:
#
#	DIR/go		a Go tree for Windows, of the version of the go command on PATH
#	DIR/overlay	for GOFLAGS=-overlay=DIR/overlay: a fault of Wine 8, see below
#	DIR/prefix	a Windows (WINEPREFIX) in which C:\Program Files\Go is that tree
#	DIR/exec	runs a program in it: GOOS=windows go test -exec DIR/exec
#	DIR/cache	a GOCACHE in which go.exe finds the standard library, and what is built later with -trimpath
#
# It installs Wine and the compiler mingw if they are missing. Another user needs a prefix of their own: prefix.sh.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
dir=$(cd "$1" && pwd)

windows() { printf %s "$1" | tr / "\\\\"; }

missing=
for package in wine wine64 gcc-mingw-w64-x86-64; do
	dpkg -s "$package" >/dev/null 2>&1 || missing="$missing $package"
done
# shellcheck disable=SC2086
[ -z "$missing" ] || DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $missing >/dev/null

x86_64-w64-mingw32-gcc -shared -nostdlib -e DllMain -o "$dir/bcryptprimitives.dll" "$here/prng.c" -ladvapi32 -lkernel32

# Wine 8 answers 0xC0000002, not implemented, where os.RemoveAll deletes a file. Go 1.25 and later do not try the older
# call then.
root=$(go env GOROOT)
at=internal/syscall/windows/at_windows.go
mkdir "$dir/patched"
sed 's/^\tcase STATUS_INVALID_INFO_CLASS,/\tcase NTStatus(0xC0000002), STATUS_INVALID_INFO_CLASS,/' "$root/src/$at" \
	>"$dir/patched/at_windows.go"
! cmp -s "$root/src/$at" "$dir/patched/at_windows.go" || { echo "$at has changed" >&2; exit 1; }
printf '{"Replace": {"%s": "%s"}}\n' "$root/src/$at" "$dir/patched/at_windows.go" >"$dir/overlay"

mkdir -p "$dir/go/bin" "$dir/go/pkg/tool/windows_amd64"
cp -R "$root/src" "$root/lib" "$root/go.env" "$root/VERSION" "$dir/go"
cp -R "$root/pkg/include" "$dir/go/pkg"
cp "$dir/patched/at_windows.go" "$dir/go/src/$at"
export GOOS=windows GOARCH=amd64 CGO_ENABLED=0 GOFLAGS="-overlay=$dir/overlay -trimpath" GOTOOLCHAIN=local
go build -o "$dir/go/bin/" cmd/go cmd/gofmt
go build -o "$dir/go/pkg/tool/windows_amd64/" \
	cmd/asm cmd/cgo cmd/compile cmd/cover cmd/fix cmd/link cmd/preprofile cmd/vet
# The go command of Windows finds what the one of this system built: the name of a result does not tell on which system.
GOCACHE=$dir/cache GOFLAGS=-overlay=$dir/overlay go build std
chmod -R a+rwX "$dir/cache"

"$here/prefix.sh" "$dir" "$dir/prefix"
# Z: is the root of this system.
cat >"$dir/exec" <<END
#!/bin/sh
WINE_ENV='GOCACHE=Z:$(windows "$dir/cache") GOMODCACHE=Z:$(windows "$(go env GOMODCACHE)") CGO_ENABLED=0'" \${WINE_ENV-}" \\
	exec "$here/run.sh" "$dir/prefix" "\$@"
END
chmod 755 "$dir/exec"

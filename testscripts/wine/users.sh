#!/usr/bin/env bash
# users.sh RIG EXE shows that the lock of one user of Windows keeps out another one. EXE are the tests of package lock.
# It runs as root. The other user has a Windows (a prefix) of their own, and both have the directory RIG/users/cache.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
rig=$1 exe=$2 dir=$1/users
other=(setpriv --reuid=4321 --regid=4321 --clear-groups)
mkdir -p "$dir/cache" "$dir/other"
chmod 777 "$dir" "$dir/cache"
chown 4321:4321 "$dir/other"
cd /
HOME=$dir/other "${other[@]}" "$here/prefix.sh" "$rig" "$dir/other/prefix"
mkfifo "$dir/stdin"
trap 'WINEPREFIX=$dir/other/prefix TMPDIR=/tmp "${other[@]}" wineserver -k || true' EXIT
cache="Z:${dir//\//\\}\\cache"

# take MODE takes the lock as root, or says why not.
take() {
	WINE_ENV=LOCK_TEST=take "$here/run.sh" "$rig/prefix" "$exe" "$cache" "$1" 1s 2>/dev/null || true
}

for held in shared exclusive; do
	WINE_ENV=LOCK_TEST=hold "${other[@]}" "$here/run.sh" "$dir/other/prefix" "$exe" "$cache" "$held" \
		<"$dir/stdin" >"$dir/stdout" 2>/dev/null &
	exec 3>"$dir/stdin"
	until grep -q held "$dir/stdout"; do kill -0 $! || exit 1; sleep 0.1; done
	for wanted in shared exclusive; do
		said=$(take "$wanted" | tr -d '\r')
		case $held-$wanted-$said in
		shared-shared-taken | *-"cannot take the $wanted lock on "*) ;;
		*) echo "$held, then $wanted: $said" >&2 && exit 1 ;;
		esac
		[ "$held-$wanted" != shared-shared ] || [ "$said" = taken ]
	done
	exec 3>&-
	wait $!
	[ "$(take exclusive | tr -d '\r')" = taken ]
done
echo "two users: each lock keeps out whom it should"

#!/bin/sh
# Two clients use one cache at the same time: on mounts with their defaults, on mounts that do not remember what is not
# there (lookupcache=positive), and on mounts without locks.
export HOME=/mnt/local/home TMPDIR=/mnt/local GOTOOLCHAIN=local GOFLAGS=-mod=mod GOPROXY="file://$WORK/proxy" GONOSUMDB='*' GOTELEMETRY=off
export CGO_ENABLED=0 GOSAFE_LOCK=required GOSAFE_LOCK_TIMEOUT=5m # the machine may be slow
plain=/usr/local/go/bin/go safe=$WORK/shim/go
mkdir -p $HOME /mnt/a /mnt/b /mnt/positive-a /mnt/positive-b /mnt/nolock-a /mnt/nolock-b /mnt/readonly
mount -t nfs -o vers=4.2,nosharecache localhost:/ /mnt/a
mount -t nfs -o vers=4.2,nosharecache,lookupcache=positive localhost:/ /mnt/positive-a
mount -t nfs -o vers=3,nolock,nosharecache,lookupcache=positive localhost:/mnt/export /mnt/nolock-a
mount -t nfs -o vers=3,nolock,nosharecache,lookupcache=positive localhost:/mnt/export /mnt/nolock-b
nsenter --net=/run/netns/other unshare --uts sh -c 'hostname other
	mount -t nfs -o vers=4.2,nosharecache 10.9.0.1:/ /mnt/b
	mount -t nfs -o vers=4.2,nosharecache,lookupcache=positive 10.9.0.1:/ /mnt/positive-b'

mkdir /mnt/local/small
cd /mnt/local/small || exit
printf 'module small\n\ngo 1.21\n' >go.mod
for p in a b c d e f; do
	mkdir $p
	echo "package p; const Text = \"$p$(head -c 3000 /dev/zero | tr '\0' x)\"; func F() string { return Text }" >$p/p.go
done
cp -r "$WORK/module" /mnt/local/module
cd /mnt/local/module || exit
GOMODCACHE=/mnt/local/mod $plain mod download # go.sum

damaged() { # DIR: how many outputs of a build cache are not what their names say; 99 if there are too few
	sha256sum "$1"/*/*-d | awk '{ name = $2; sub(/.*\//, "", name); if ($1 "-d" != name) n++ } END { print NR < 6 ? 99 : n + 0 }'
}
race() { # NAME GO FIRST SECOND VARIABLE COMMAND: two clients run this command with one cache
	n=0 bad=0
	: >/mnt/local/failed
	while [ $n -lt "$ROUNDS" ]; do
		cache=$(echo "$1" | tr ' ,' --)-$n
		mkdir "$3/$cache"
		# shellcheck disable=SC2086 # words
		(env "$5=$3/$cache/c" "$2" $6 >/dev/null 2>/mnt/local/one || tail -1 /mnt/local/one >>/mnt/local/failed) &
		# shellcheck disable=SC2086 # words
		env "$5=$4/$cache/c" "$2" $6 >/dev/null 2>/mnt/local/two || tail -1 /mnt/local/two >>/mnt/local/failed
		wait
		case $5 in
		GOCACHE) bad=$((bad + $(damaged "$3/$cache/c") + $(damaged "$4/$cache/c"))) ;;
		GOMODCACHE) GOMODCACHE=$3/$cache/c $plain mod verify >/dev/null 2>&1 || bad=$((bad + 1)) ;;
		esac
		n=$((n + 1))
	done
	echo "== $1: $(wc -l </mnt/local/failed) commands of $((2 * n)) failed, $bad damaged"
	sed 's/^/== failed: /' /mnt/local/failed | head -3
}
cd /mnt/local/small || exit
race "plain builds" $plain /mnt/a /mnt/b GOCACHE "build ./..."
race "safe builds" "$safe" /mnt/a /mnt/b GOCACHE "build ./..."
race "plain builds, nolock" $plain /mnt/nolock-a /mnt/nolock-b GOCACHE "build ./..."
cd /mnt/local/module || exit
export GOCACHE=/mnt/local/build
race "plain downloads" $plain /mnt/a /mnt/b GOMODCACHE "mod download"
race "safe downloads" "$safe" /mnt/a /mnt/b GOMODCACHE "mod download"
race "plain downloads, lookupcache=positive" $plain /mnt/positive-a /mnt/positive-b GOMODCACHE "mod download"
race "safe downloads, lookupcache=positive" "$safe" /mnt/positive-a /mnt/positive-b GOMODCACHE "mod download"
race "plain downloads, nolock" $plain /mnt/nolock-a /mnt/nolock-b GOMODCACHE "mod download"

# A module cache that clients can only read: complete, and without one module.
unset GOSAFE_LOCK # a mount that can only be read has none
mkdir /mnt/export/ro
GOMODCACHE=/mnt/export/ro/mod $plain mod download
mount -t nfs -o vers=4.2,nosharecache,ro localhost:/ /mnt/readonly
read_only() { # STATE
	for go in $plain "$safe"; do
		GOMODCACHE=/mnt/readonly/ro/mod $go build ./... >/mnt/local/said 2>&1
		echo "== read-only, $1: ${go#"$WORK"} exit $? $(tail -1 /mnt/local/said)"
	done
}
read_only complete
chmod -R u+w /mnt/export/ro/mod/example.com
rm -r /mnt/export/ro/mod/example.com/m003@v1.0.0 /mnt/export/ro/mod/cache/download/example.com/m003
echo 3 >/proc/sys/vm/drop_caches
read_only incomplete

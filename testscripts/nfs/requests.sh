#!/bin/sh
# A build with a full build cache: how many requests a client makes, and how long it takes at some round trips. The
# mounts have their defaults.
export HOME=/mnt/local/home TMPDIR=/mnt/local GOTOOLCHAIN=local GOPROXY=off GOTELEMETRY=off CGO_ENABLED=0
export GOMAXPROCS=8 # as many requests at a time as on a machine with eight processors
mkdir -p $HOME /mnt/a /mnt/a3 /mnt/b
mount -t nfs -o vers=4.2,nosharecache localhost:/ /mnt/a
mount -t nfs -o vers=3,nosharecache localhost:/mnt/export /mnt/a3
nsenter --net=/run/netns/other unshare --uts sh -c \
	'hostname other; mount -t nfs -o vers=4.2,nosharecache 10.9.0.1:/ /mnt/b'
cp -r "$WORK/warm" /mnt/export/warm
cd "$WORK/big" || exit

# shellcheck disable=SC2016 # awk's own variables
requests() { nsenter --net="$1" awk '$1 == "rpc" { print $2 }' /proc/net/rpc/nfs; }
measure() { # ROUND-TRIP DIR NETWORK
	echo 3 >/proc/sys/vm/drop_caches # the client has read nothing yet
	/usr/local/go/bin/go version >/dev/null
	for build in first second; do
		before=$(requests "$3") start=$(date +%s.%N)
		GOCACHE=$2/warm /usr/local/go/bin/go build -o /mnt/local/out . || echo "== the build failed"
		seconds=$(echo "$(date +%s.%N) $start" | awk '{ printf "%.1f", $1 - $2 }')
		echo "== $2, $1 ms, $build build: $(($(requests "$3") - before)) requests, $seconds s"
	done
}
for dir in /mnt/export /mnt/a /mnt/a3; do measure 0 $dir /proc/1/ns/net; done
measure 0 /mnt/b /run/netns/other
for ms in 1 5 20; do
	tc qdisc add dev here root netem delay ${ms}ms
	measure $ms /mnt/b /run/netns/other
	tc qdisc del dev here root
done

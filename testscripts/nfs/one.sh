#!/bin/sh
# One client: go clean has the result of plain go. It leaves the same, and at most the lock file.
export HOME=/mnt/local/home TMPDIR=/mnt/local GOTOOLCHAIN=local GOFLAGS=-mod=mod GOPROXY="file://$WORK/proxy" GONOSUMDB='*' GOTELEMETRY=off
mkdir -p $HOME
cp -r "$WORK/module" /mnt/local/module
cd /mnt/local/module || exit
GOMODCACHE=/mnt/local/mod GOCACHE=/mnt/local/warm /usr/local/go/bin/go build ./... # go.sum
for client in v4 v3 nolock; do
	for go in /usr/local/go/bin/go "$WORK/shim/go"; do
		case $go in "$WORK"*) side=safe ;; *) side=plain ;; esac
		dir=/mnt/$client/$side-one
		export GOMODCACHE=$dir/mod GOCACHE=$dir/build
		mkdir $dir
		for clean in -modcache -cache; do
			$go build ./... 2>/dev/null || echo "== $client $side: the build failed"
			out=$($go clean $clean 2>&1)
			echo "== $client $side clean $clean: exit $? $out"
		done
		echo "== $client $side left: $(cd $dir && find . -name '*go-safe*' | sort | tr '\n' ' ')"
	done
done

export GOMODCACHE=/mnt/nolock/mod GOCACHE=/mnt/local/build
"$WORK/shim/go" safe doctor --only nfs-locks 2>&1 | sed -n 's/.*\(nfs-locks .*\)/== doctor \1/p'

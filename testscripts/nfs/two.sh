#!/bin/sh
# Two clients: one downloads while the other one cleans. The go command reports if another one runs at the same time.
export HOME=/mnt/local/home TMPDIR=/mnt/local GOTOOLCHAIN=local GOFLAGS=-mod=mod GOPROXY="file://$WORK/proxy" GONOSUMDB='*' GOTELEMETRY=off
export GOSAFE_LOCK=required GOSAFE_LOCK_TIMEOUT=5m # the machine may be slow
mkdir -p $HOME /mnt/local/bin
cp -r "$WORK/module" /mnt/local/module
cd /mnt/local/module || exit
GOMODCACHE=/mnt/local/mod GOCACHE=/mnt/local/warm /usr/local/go/bin/go mod download # go.sum
cat >/mnt/local/bin/go <<'END'
#!/bin/sh
case $GOMODCACHE in /mnt/v*) ;; *) echo "== go $* with another cache: $GOMODCACHE" >>/mnt/local/told ;; esac
mkdir /mnt/local/inside 2>/dev/null || echo "== overlap: go $*" >>/mnt/local/told
/usr/local/go/bin/go "$@"
status=$?
rmdir /mnt/local/inside 2>/dev/null
exit $status
END
chmod +x /mnt/local/bin/go
export GOSAFE_GO=/mnt/local/bin/go
: >/mnt/local/told
for pair in "v4 v4b" "v3 v4"; do
	for go in /usr/local/go/bin/go "$WORK/shim/go"; do
		case $go in "$WORK"*) side=safe ;; *) side=plain ;; esac
		dir=$side-two-$(echo "$pair" | tr ' ' -)
		first=/mnt/${pair% *}/$dir second=/mnt/${pair#* }/$dir
		mkdir "$first"
		: >/mnt/local/one
		: >/mnt/local/two
		(
			n=0
			while [ $n -lt "$ROUNDS" ]; do
				GOMODCACHE=$first/mod GOCACHE=/mnt/local/build $go mod download 2>/mnt/local/one.err || { echo fail >>/mnt/local/one; head -3 /mnt/local/one.err; }
				n=$((n + 1))
			done
		) &
		n=0
		while [ $n -lt "$ROUNDS" ]; do
			GOMODCACHE=$second/mod GOCACHE=/mnt/local/build $go clean -modcache 2>/mnt/local/two.err || { echo fail >>/mnt/local/two; head -3 /mnt/local/two.err; }
			n=$((n + 1))
		done
		wait
		echo "== two clients $pair $side: downloads $(wc -l </mnt/local/one) of $ROUNDS, cleans $(wc -l </mnt/local/two) of $ROUNDS failed"
		echo "== two clients $pair $side left: $(cd "$first" && find . -maxdepth 2 -name '*go-safe*' | tr '\n' ' ')"
	done
done
cat /mnt/local/told

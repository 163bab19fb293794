#!/bin/sh
# What go-safe says about locks of another client, and about a server that has just started.
export HOME=/mnt/local/home TMPDIR=/mnt/local GOTOOLCHAIN=local GOFLAGS=-mod=mod GOTELEMETRY=off
export GOPROXY="file://$WORK/proxy" GONOSUMDB='*'
export GOCACHE=/mnt/local/build GOSAFE_LOCK_TIMEOUT=5m # the machine may be slow
mkdir -p $HOME /mnt/local/bin /mnt/v4/locks
cp -r "$WORK/module" /mnt/local/module
cd /mnt/local/module || exit
cat >/mnt/local/bin/go <<'END'
#!/bin/sh
: >/mnt/local/begun
until test -e /mnt/local/end; do sleep 0.1; done
END
chmod +x /mnt/local/bin/go
for pair in "v4 v4b" "v4b v4" "v3 v4" "v4 v3"; do
	rm -f /mnt/local/begun /mnt/local/end
	GOSAFE_GO=/mnt/local/bin/go GOMODCACHE=/mnt/${pair% *}/locks/mod "$WORK/shim/go" mod download &
	until test -e /mnt/local/begun; do sleep 0.1; done
	echo "== $pair: $(GOMODCACHE=/mnt/${pair#* }/locks/mod "$WORK/shim/go" safe locks | grep '^GOMODCACHE')"
	: >/mnt/local/end
	wait
	echo "== $pair: $(GOMODCACHE=/mnt/${pair#* }/locks/mod "$WORK/shim/go" safe locks | grep '^GOMODCACHE')"
done

# For a minute after its start a server gives clients only the locks that they had before. Nothing here needs another
# one. The server ends that time early if all its clients are back, so one of them is cut off meanwhile.
mkdir -p /mnt/v4/locks/mod
nsenter --net=/run/netns/other ip link set there down
rpc.nfsd 0
echo 60 >/proc/fs/nfsd/nfsv4gracetime
rpc.nfsd 4
export GOMODCACHE=/mnt/v4/locks/mod GOSAFE_LOCK_TIMEOUT=20s
"$WORK/shim/go" mod download 2>&1 | sed -n 's/go-safe: warning/== grace/p'
echo Y >/proc/fs/nfsd/v4_end_grace
GOSAFE_LOCK_TIMEOUT=5m "$WORK/shim/go" mod download 2>&1 | sed 's/^/== after grace: /'

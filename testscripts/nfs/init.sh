#!/bin/sh
# The first process of user-mode Linux. It starts an NFS server on /dev/ubda and mounts it four times below /mnt. Each
# mount has its own cache of files. Then it runs the script $SCRIPT and shuts the machine down.
export PATH=/usr/local/go/bin:/usr/sbin:/usr/bin:/sbin:/bin
mount -t proc proc /proc
mount -t sysfs sys /sys
for dir in /mnt /run /var/tmp /var/lib/nfs; do mount -t tmpfs tmp $dir; done
mkdir -p /var/lib/nfs/sm /var/lib/nfs/sm.bak /var/lib/nfs/rpc_pipefs /var/lib/nfs/v4recovery /var/lib/nfs/nfsdcltrack

cd "/usr/lib/uml/modules/$(uname -r)" || exit
for module in sunrpc grace lockd nfsd nfs nfsv3 nfsv4 veth sch_netem; do
	needed= # in the order of loading, which is the reverse of modules.dep
	# shellcheck disable=SC2013 # words
	for file in $(sed -n "s#^[^:]*/$module\.ko[^:]*: *##p" modules.dep); do needed="$file $needed"; done
	for file in $needed $(find . -name "$module.ko*"); do busybox insmod "$file" 2>/dev/null; done
done

ip link set lo up
mkdir -p /mnt/export /mnt/v4 /mnt/v4b /mnt/v3 /mnt/nolock /mnt/local
mount -t ext4 /dev/ubda /mnt/export
chmod 1777 /mnt/export /mnt/local
rpcbind
mount -t nfsd nfsd /proc/fs/nfsd
echo 10 >/proc/fs/nfsd/nfsv4gracetime
echo 10 >/proc/fs/nfsd/nfsv4leasetime
echo '/mnt/export *(rw,no_root_squash,no_subtree_check,fsid=0,insecure,async)' >/run/exports
mount --bind /run/exports /etc/exports
exportfs -a 2>/dev/null
rpc.statd
rpc.nfsd 4
rpc.mountd 2>/dev/null
echo Y >/proc/fs/nfsd/v4_end_grace

# Clients cache attributes for an hour (actimeo), so that a slow machine makes no difference. An NFSv4 server tells
# clients apart by host name and not by mount, so /mnt/v4b belongs to another host.
mount -t nfs -o vers=4.2,actimeo=3600 localhost:/ /mnt/v4
mount -t nfs -o vers=3,actimeo=3600,nosharecache localhost:/mnt/export /mnt/v3
mount -t nfs -o vers=3,nolock,nosharecache localhost:/mnt/export /mnt/nolock
ip netns add other
ip link add here type veth peer name there netns other
ip addr add 10.9.0.1/24 dev here
ip link set here up
nsenter --net=/run/netns/other sh -c 'ip addr add 10.9.0.2/24 dev there; ip link set there up'
nsenter --net=/run/netns/other unshare --uts sh -c \
	'hostname other; mount -t nfs -o vers=4.2,actimeo=3600 10.9.0.1:/ /mnt/v4b'
echo "== $(cat /proc/fs/nfsd/clients/*/info | grep -c '^name:') clients of NFSv4"

# shellcheck source=/dev/null
. "$WORK/$SCRIPT"
echo "== the end"
sync
poweroff -f

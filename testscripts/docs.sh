#!/bin/sh
# docs.sh SESSION: a machine of its own for the commands of a document. Root calls it in an empty directory and a mount
# namespace of its own. The users alice, who may use sudo, and bob are known only here. What the commands change in
# /etc, /home, /opt, /root, /srv, /usr/local/bin, /var/tmp and GOROOT/go.env is seen only here. alice runs the script
# SESSION. $SHIM has go-safe, which is then the go of this machine, or is empty.
set -e
umask 022
mount --make-rprivate /
cp -a /etc etc
mkdir home bin opt srv said tmp
mkdir -m 700 root
chmod 1777 tmp
mkdir -m 1777 vartmp
goroot=${GOREAL%/bin}
cp "$goroot/go.env" go.env
: >said/path
mount --bind go.env "$goroot/go.env"
mount --bind etc /etc
mount --bind home /home
mount --bind bin /usr/local/bin
mount --bind opt /opt
mount --bind srv /srv
mount --bind root /root
mount --bind vartmp /var/tmp

# A user or group of this machine who has one of these names is not seen.
sed -i -E '/^(alice|bob|devs):/d' /etc/passwd /etc/shadow /etc/group /etc/gshadow
for user in alice:43501 bob:43502; do
	name=${user%:*} id=${user#*:}
	echo "$name:*:$id:$id::/home/$name:/bin/sh" >>/etc/passwd
	echo "$name:x:$id:" >>/etc/group
	mkdir "/home/$name"
	chown "$id:$id" "/home/$name"
done
for home in /home/alice /root; do
	mkdir "$home/.cache"
	cp -R "$WARM" "$home/.cache/go-build"
done
# The repository that alice clones is this one.
printf '[url "%s"]\n\tinsteadOf = https://github.com/go-safe/go-safe\n[safe]\n\tdirectory = *\n' \
	"$REPOSITORY" >/home/alice/.gitconfig
# If alice has no usable home, go-safe gives her a build cache here.
mkdir -m 700 /var/tmp/go-43501
cp -R "$WARM" /var/tmp/go-43501/build
chown -R 43501:43501 /home/alice /var/tmp/go-43501 said

cat >/etc/sudoers <<X
Defaults secure_path="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:$GOREAL"
root,alice ALL=(ALL) NOPASSWD: ALL
X
chmod 440 /etc/sudoers
echo "PATH=\$PATH:$GOREAL" >/etc/profile.d/golang.sh
if test "$SHIM"; then
	cp "$SHIM/go" /usr/local/bin/go-safe
	ln -s go-safe /usr/local/bin/go
fi

here=$PWD
cd /home/alice
exec setpriv --reuid=43501 --regid=43501 --init-groups env -i HOME=/home/alice USER=alice LOGNAME=alice SHELL=/bin/sh \
	PATH="/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin:$GOREAL" TERM=dumb TMPDIR="$here/tmp" SAID="$here/said" \
	GITHUB_PATH="$here/said/path" GOPROXY="$GOPROXY" GOSUMDB=off GO_TELEMETRY_CHILD=2 sh -e "$1"

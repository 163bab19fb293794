#!/bin/sh
# site.sh FILE COMMAND... runs a command on a machine whose /etc/go-safe/go.env is FILE, as root's and closed to others.
# Only the command sees that. Root calls it. It changes nothing but a copy of /etc, in a mount namespace of its own.
# With SITEUSER=UID that user runs the command. With SITE=leave, FILE is a directory that becomes /etc/go-safe as it is.
set -e
if test "$IN_SITE" = ""; then
	IN_SITE=1 exec unshare -m sh "$0" "$@"
fi
unset IN_SITE
mount --make-rprivate /
file=$(realpath "$1")
shift
etc=$(mktemp -d)
cp -a /etc/. "$etc"
chmod 755 "$etc"
rm -rf "$etc/go-safe"
if test "$SITE" = leave; then
	cp -a "$file" "$etc/go-safe"
else
	mkdir -m 755 "$etc/go-safe"
	cat "$file" >"$etc/go-safe/go.env"
	chmod 644 "$etc/go-safe/go.env"
fi
mount --bind "$etc" /etc
unset SITE
if test "$SITEUSER"; then
	set -- setpriv --reuid="$SITEUSER" --regid="$SITEUSER" --clear-groups "$@"
fi
exec "$@"

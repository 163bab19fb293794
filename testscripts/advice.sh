#!/bin/sh
# advice.sh: makes a condition (the file given), in which plain go (the file plain) fails. Lets go safe doctor (by
# the check $CHECK), or the hint after a command through go-safe, say what to type. Types it literally, and then
# plain go works. It is called by root in a mount namespace of its own: the user $WHO and the settings of sudo are
# known in it alone.
mount --make-rprivate / || exit
grep -v ":$WHO:" /etc/passwd >passwd
echo "gouser:*:$WHO:$WHO::$HOME:/bin/sh" >>passwd
echo "gouser ALL=(ALL) NOPASSWD: ALL" >sudoers
chown 0:0 sudoers passwd
chmod 0440 sudoers
mount --bind passwd /etc/passwd
test -e /etc/sudoers && mount --bind sudoers /etc/sudoers
mkdir said
chown -R "$WHO:$WHO" home m said
# shellcheck source=/dev/null
. ./given || exit
cat >user.sh <<'X'
. ./exports
cd m
# With a PATH of the user's own that is what is meant by plain go.
self=go
if test "$OWNPATH"; then
	PATH=$OWNPATH self=$SHIM/go
fi
plain() {
	test "$OWNPATH" || PATH=$GOREAL:$SYSTEM
	. ../plain
}
if (plain) >../said/before 2>&1; then
	cat ../said/before
	echo 'advice.sh: plain go does not fail' >&2
	exit 1
fi
test "$OWNPATH" || PATH=$SHIM:$GOREAL:$SYSTEM
if test "$CHECK" = hint; then
	# A look has a time limit: on a busy machine there may be no hint.
	for try in 1 2 3 4 5 6 7 8 9 10; do
		said=$( (. ../plain) 2>&1)
		line=$(printf '%s\n' "$said" | sed -n 's/^go-safe: hint: .*[;,] type: //p')
		test "$line" && break
	done
else
	# shellcheck disable=SC2086 # there may be no flag
	said=$($self safe doctor $FLAG --only "$CHECK")
	line=$(printf '%s\n' "$said" | sed -n 's/^ *type: //p')
fi
if test -z "$line"; then
	printf '%s\n' "$said" >&2
	echo 'advice.sh: nothing is said to be typed' >&2
	exit 1
fi
echo "typed: $line"
eval "$line" || exit
plain 2>../said/after && exit
printf '%s\n' "$said" >&2
cat ../said/before ../said/after >&2
echo 'advice.sh: plain go fails still' >&2
exit 1
X
exec setpriv --reuid="$WHO" --regid="$WHO" --clear-groups sh user.sh

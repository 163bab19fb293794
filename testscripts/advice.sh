#!/bin/sh
# advice.sh makes a condition (the file "given") in which plain go (the file "plain") fails. The doctor's check $CHECK,
# or the hint after the command with go-safe, says what to run. The script runs exactly that. Then plain go must work.
# Root calls it in a mount namespace of its own, in which it makes the user $WHO and sets up sudo.
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
# With OWNPATH, plain go is the first go on that PATH.
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
	# The search for a hint has a time limit. On a busy machine there may be none, so try again.
	for try in 1 2 3 4 5 6 7 8 9 10; do
		said=$( (. ../plain) 2>&1)
		line=$(printf '%s\n' "$said" | sed -n 's/^go-safe: hint: .*[;,] run: //p')
		test "$line" && break
	done
else
	# shellcheck disable=SC2086 # $FLAG may be empty
	said=$($self safe doctor $FLAG --only "$CHECK")
	line=$(printf '%s\n' "$said" | sed -n 's/^ *fix: //p')
fi
if test -z "$line"; then
	printf '%s\n' "$said" >&2
	echo 'advice.sh: go-safe says nothing to run' >&2
	exit 1
fi
echo "ran: $line"
eval "$line" || exit
plain 2>../said/after && exit
printf '%s\n' "$said" >&2
cat ../said/before ../said/after >&2
echo 'advice.sh: plain go still fails' >&2
exit 1
X
exec setpriv --reuid="$WHO" --regid="$WHO" --clear-groups sh user.sh

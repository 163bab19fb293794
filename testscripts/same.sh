#!/bin/sh
# usage: same.sh COMMANDS NAME=VALUE...
#
# Runs each line of the file COMMANDS as a go command with these variables, twice: by plain go with a module cache that
# the user may write to, and by go-safe with the same cache read-only. Each run starts with a copy of the project m and
# of the cache mod, which root filled. Output, exit status and the files of the project must be the same.
commands=$1; shift
while read -r line; do
	for who in plain safe; do
		chmod -R u+w $who 2>/dev/null
		rm -rf $who
		mkdir -p $who/go/pkg
		cp -r mod $who/go/pkg
		cp -r m $who/m
		chown -R 12345 $who
		path=$GOREAL
		if [ $who = safe ]; then
			chown -R 0 safe/go/pkg/mod
			path=$SHIM:$GOREAL
		fi
		(cd $who/m && setpriv --reuid=12345 --regid=12345 --clear-groups env -i PATH="$path:$SYSTEM" HOME="$WORK/$who" TMPDIR="$TMPDIR" \
			GOCACHE="$WORK/build" GOSUMDB=off "$@" sh -c "go $line"; echo status $?
		cd "$WORK/$who/m" && find . -type f | sort | xargs cksum) >$who.out 2>&1
		sed -i "s,$WORK/$who/go/pkg/mod,CACHE,g; s,$WORK/safe/.cache/go-safe/mod-[0-9a-f]*,CACHE,g; s,$WORK/$who/,HOME/,g" $who.out
	done
	echo "go $line"
	cat plain.out
	cmp plain.out safe.out || { diff plain.out safe.out; exit 1; }
done <"$commands"

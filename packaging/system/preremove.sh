#!/bin/sh
# Takes go-safe out of the alternatives for go, if somebody put it there. It runs before a removal and before an
# upgrade: dpkg then passes "upgrade", rpm 1. An upgrade keeps the alternative.
set -e
case ${1:-} in
remove | 0)
	# The tool says nothing, and does not fail, if go-safe is no alternative.
	if command -v update-alternatives >/dev/null; then
		update-alternatives --remove go /usr/lib/go-safe/bin/go
	fi
	;;
esac

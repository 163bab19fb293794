#!/bin/sh
# treat.sh ID STATUS [go-safe [--flag]]: lets go safe doctor find something by the check ID and end with STATUS, types what it says to type
# as it stands, and sees the check pass. What it printed the first time goes to standard output.
go=${3:-go}
said=$($go safe doctor ${4:+"$4"} --only "$1")
status=$?
printf '%s\n' "$said"
if [ "$status" != "$2" ]; then
	echo "treat.sh: $1 ended with $status, want $2" >&2
	exit 1
fi
typed=$(printf '%s\n' "$said" | sed -n 's/^ *type: //p')
if [ -z "$typed" ]; then
	echo "treat.sh: $1 says nothing to type" >&2
	exit 1
fi
echo "typed: $typed"
eval "$typed" || exit
hash -r
after=$($go safe doctor ${4:+"$4"} --only "$1") && printf '%s\n' "$after" | grep -q '^1 ok$' && exit
echo "treat.sh: $1 does not pass after: $typed" >&2
printf '%s\n' "$after" >&2
exit 1

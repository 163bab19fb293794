#!/bin/sh
# treat.sh ID STATUS [go-safe [--flag]] runs the doctor's check ID, which must find something and exit with STATUS.
# Then it runs exactly the command that the doctor prints. The check must then pass. What the doctor printed first goes
# to standard output.
go=${3:-go}
said=$($go safe doctor ${4:+"$4"} --only "$1")
status=$?
printf '%s\n' "$said"
if [ "$status" != "$2" ]; then
	echo "treat.sh: $1 ended with $status, want $2" >&2
	exit 1
fi
line=$(printf '%s\n' "$said" | sed -n 's/^ *fix: //p')
if [ -z "$line" ]; then
	echo "treat.sh: $1 says nothing to run" >&2
	exit 1
fi
echo "ran: $line"
eval "$line" || exit
hash -r
after=$($go safe doctor ${4:+"$4"} --only "$1") && printf '%s\n' "$after" | grep -q '^1 check passed$' && exit
echo "treat.sh: $1 does not pass after: $line" >&2
printf '%s\n' "$after" >&2
exit 1

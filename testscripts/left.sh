#!/bin/sh
# left.sh FILE prints which of the processes whose numbers are in FILE still run, and kills them. A killed process takes a moment to
# be gone; one that nobody waits for stays a zombie, and is gone too.
runs() {
	case $(ps -o stat= -p "$1") in
	'' | Z*) return 1 ;;
	esac
}
n=0
while read -r pid; do
	while runs "$pid" && test $n -lt 20; do sleep 0.05; n=$((n + 1)); done
	runs "$pid" && echo "$pid $(ps -o args= -p "$pid")" && kill -9 "$pid"
done <"$1"
exit 0

#!/bin/sh
# left.sh FILE prints the processes that still run, of those whose ids are in FILE, and kills them. A killed process
# needs a moment to end. A zombie has ended.
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

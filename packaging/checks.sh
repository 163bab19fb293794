# shellcheck shell=bash
# What the tests of the packages have in common.

# step NAME... says what comes next, and how long the test has run.
step() { printf '\n-- %s (%ds)\n' "$*" "$SECONDS"; }

# is WANT COMMAND... fails if the command prints something else.
is() {
	local want=$1 got
	shift
	got=$("$@") || true
	[ "$got" = "$want" ] || {
		printf 'not as expected: %s\n want %s\n got  %s\n' "$*" "$want" "$got" >&2
		exit 1
	}
}

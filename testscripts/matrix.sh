#!/bin/sh
# matrix.sh PATH UMASK USER... lets each user run all commands that add to the module cache GOMODCACHE. The users are
# in group 4330. Each has a project and a home, and needs newer versions each time. It prints the commands that fail.
path=$1 mask=$2 failed='' minor=0
shift 2

try() {
	user=$1; shift
	(cd "project/$user" && umask "$mask" && exec setpriv --reuid="$user" --regid="$user" --groups=4330 env PATH="$path" HOME="$WORK/home/$user" \
		GOPATH="$WORK/home/$user/go" GOPROXY="$VERSIONS" GOSUMDB=off GOFLAGS=-mod=mod go "$@") || failed="$failed $user:$1"
}

for user; do
	mkdir -p "project/$user" "home/$user"
	printf 'module m\n\ngo 1.21\n' >"project/$user/go.mod"
	printf 'package m\n\nimport _ "example.com/b"\n' >"project/$user/m.go"
	printf 'package m\n\nimport _ "example.com/a"\n' >"project/$user/m_test.go"
	chown -R "$user" "project/$user" "home/$user"
done
for user in "$@" "$1"; do
	try "$user" mod download "example.com/a@v1.$minor.0"
	try "$user" get "example.com/b@v1.$minor.0"
	try "$user" build ./...
	try "$user" test ./...
	try "$user" vet ./...
	try "$user" install "example.com/tool@v1.$minor.0"
	minor=$((minor + 1))
done
for user; do
	try "$user" mod download example.com/b@v1.2.0
	try "$user" mod verify
done
test -z "$failed" || { echo "failed:$failed" >&2; exit 1; }

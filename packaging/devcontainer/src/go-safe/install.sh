#!/bin/sh
# Installs go-safe in an image. It runs as root, with the options of the feature in its environment.
set -eu
dir=/usr/local/lib/go-safe/bin
# The feature go sets PATH by the image's settings, which some builds do not pass on.
PATH=$PATH:/usr/local/go/bin
if ! command -v go >/dev/null; then
	echo 'go-safe: there is no go; use an image with Go, or the feature ghcr.io/devcontainers/features/go' >&2
	exit 1
fi
# The caches of the build go with it: the image's own belong to another user, or are a volume.
tmp=$(mktemp -d)
trap 'chmod -R u+w "$tmp" && rm -rf "$tmp"' EXIT
mkdir -p "$dir"
env HOME="$tmp" GOENV=off GOPATH="$tmp/go" GOMODCACHE="$tmp/mod" GOCACHE="$tmp/cache" GOBIN="$dir" \
	GOFLAGS=-trimpath CGO_ENABLED=0 go install "github.com/go-safe/go-safe/cmd/go-safe@${VERSION:-latest}"
ln -sf go-safe "$dir/go"
chmod -R a+rX /usr/local/lib/go-safe
"$dir/go" safe version -v

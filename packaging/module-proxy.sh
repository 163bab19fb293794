#!/bin/sh
# module-proxy.sh DIR makes DIR a module proxy that has the last commit of this repository as v0.0.1. With it the ways
# to install that name a version can be tested before there is one. Modules that go-safe needs come from elsewhere.
set -eu
cd "$(dirname "$0")/.."
at=$1/github.com/go-safe/go-safe/@v
mkdir -p "$at"
# Folders with a go.mod of their own belong to no other module.
# shellcheck disable=SC2046 # no folder has a space in its name
git archive --format=zip --prefix=github.com/go-safe/go-safe@v0.0.1/ -o "$at/v0.0.1.zip" HEAD -- . \
	$(git ls-tree -r --name-only HEAD | sed -n 's|\(.*\)/go\.mod$|:(exclude)\1|p')
git show HEAD:go.mod >"$at/v0.0.1.mod"
echo '{"Version": "v0.0.1"}' >"$at/v0.0.1.info"
echo v0.0.1 >"$at/list"

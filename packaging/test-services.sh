#!/usr/bin/env bash
# Runs what other services run of this repository, as far as it can be run here: the action, the job of GitLab, the
# hooks of pre-commit. PATH needs actionlint, pre-commit and gitlab-ci-local, and /usr/bin/python3 has yaml.
set -euo pipefail
cd "$(dirname "$0")/.."
tmp=$(mktemp -d)
trap 'chmod -R u+w "$tmp"; rm -rf "$tmp"' EXIT
real=$(go env GOROOT)/bin
path=$PATH

# shellcheck source=packaging/checks.sh
. packaging/checks.sh

# A project that needs a module, and caches of its own.
mkdir "$tmp/project" "$tmp/bin"
go mod download
packaging/module-proxy.sh "$tmp/proxy"
GOPROXY=file://$tmp/proxy,file://$(go env GOMODCACHE)/cache/download
export GOPROXY GOSUMDB=off GOFLAGS=-modcacherw
cat >"$tmp/project/main.go" <<'END'
package main

import "golang.org/x/mod/semver"

func main() { println(semver.Major("v1.2.3")) }
END
{
	printf 'module project\n\ngo 1.25\n\n'
	sed -n 's|^\tgolang.org/x/mod |require&|p' go.mod
} >"$tmp/project/go.mod"
(cd "$tmp/project" && go mod tidy)

step 'workflows, and the action that they use'
actionlint

step 'the action'
# The runner of GitHub is not to be had. This gives the steps the same environment.
cat >"$tmp/steps.py" <<'END'
import os, subprocess, sys, yaml
action = yaml.safe_load(open("action.yml"))
assert action["runs"]["using"] == "composite"
for step in action["runs"]["steps"]:
    env = dict(os.environ)
    for name, value in step.get("env", {}).items():
        env[name] = value.replace("${{ github.action_path }}", os.getcwd())
        assert "${{" not in env[name], value
    assert step["shell"] == "bash"
    subprocess.run(["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
                   env=env, check=True, cwd=sys.argv[1])
END
# What the job set for its own code is not for go-safe.
env RUNNER_TEMP="$tmp/runner" GITHUB_PATH="$tmp/added" GITHUB_OUTPUT="$tmp/output" GOOS=windows GOARCH=arm64 \
	GOFLAGS=-mod=vendor GOWORK=/nonexistent /usr/bin/python3 "$tmp/steps.py" "$tmp/project"
is "$tmp/runner/go-safe/bin" cat "$tmp/added"
is "go=$tmp/runner/go-safe/bin/go" cat "$tmp/output"
cd "$tmp/project"
PATH=$(cat "$tmp/added"):$PATH
is "$tmp/runner/go-safe/bin/go" command -v go
is v1 sh -c 'go run . 2>&1 | tail -n 1'
PATH=$path
cd - >/dev/null

step 'the job of GitLab'
mkdir "$tmp/gitlab"
cp packaging/gitlab/go-safe.yml "$tmp/project/go-safe.yml"
cat >"$tmp/project/.gitlab-ci.yml" <<END
include:
  - local: go-safe.yml
test:
  extends: .go-safe
  variables:
    GOPROXY: $GOPROXY
    GOSUMDB: "off"
    GO_SAFE_VERSION: v0.0.1
  script:
    - command -v go
    - go run .
END
(
	cd "$tmp/project"
	git init -q
	git remote add origin https://gitlab.example.com/group/project.git
	git add -A
	git -c user.name=x -c user.email=x@example.com commit -q -m x
	TMPDIR=$tmp PATH=$real:$PATH gitlab-ci-local --force-shell-executor test 2>&1 | tee "$tmp/gitlab/log"
)
grep -qE '> .*/bin/go$' "$tmp/gitlab/log"
grep -qE '> v1$' "$tmp/gitlab/log"

step 'the hooks of pre-commit'
pre-commit validate-manifest .pre-commit-hooks.yaml
export PRE_COMMIT_HOME=$tmp/pre-commit GOMODCACHE=$tmp/modcache
repo=$PWD
cd "$tmp/project"
go mod download
pre-commit try-repo "$repo" --ref "$(git -C "$repo" rev-parse HEAD)" --all-files
# A changed module stops the commit.
echo '// changed' >>"$(go list -m -f '{{.Dir}}' golang.org/x/mod)/semver/semver.go"
if pre-commit try-repo "$repo" go-safe-verify --ref "$(git -C "$repo" rev-parse HEAD)" --all-files >"$tmp/log"; then
	cat "$tmp/log"
	echo 'go-safe-verify does not find a changed module' >&2
	exit 1
fi
grep 'has been changed' "$tmp/log" || { cat "$tmp/log" && exit 1; }

#!/bin/sh
# private.sh makes the private module corp.example/lib.git, v1.0.0 and v1.1.0, in a repository that only uid 43381 can
# reach, and gives that user a gitconfig that leads there. v1.1.0 requires corp.example/deep.git, which is private, too.
set -e
umask 022
git() { command git -c init.defaultBranch=main -c user.name=nobody -c user.email=nobody@example.com -c safe.directory='*' "$@"; }
mkdir server
for name in deep lib; do
	mkdir server/$name
	git -C server/$name init -q
	printf 'module corp.example/%s.git\n\ngo 1.21\n' "$name" >server/$name/go.mod
	printf 'package %s\n\nconst Secret = "SECRET-OF-%s"\n' "$name" "$name" >server/$name/$name.go
	git -C server/$name add .
	git -C server/$name commit -qm first
	git -C server/$name tag v1.0.0
done
printf "require corp.example/deep.git v1.0.0\n" >>server/lib/go.mod
printf 'package lib\n\nimport deep "corp.example/deep.git"\n\nconst Secret = "SECRET-OF-lib" + deep.Secret\n' >server/lib/lib.go
git -C server/lib commit -qam second
git -C server/lib tag v1.1.0
chown -R 43381 server
chmod 700 server
for name in deep lib; do
	printf '[url "file://%s/server/%s"]\n\tinsteadOf = https://corp.example/%s\n' "$WORK" "$name" "$name"
done >gitconfig
printf '[safe]\n\tdirectory = *\n[protocol "file"]\n\tallow = always\n' >>gitconfig

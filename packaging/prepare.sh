#!/bin/sh
# Makes the files of a release that are not in the repository: completions, the compressed manual page, and the link
# called go.
set -eu
cd "$(dirname "$0")/.."
to=packaging/build
rm -rf "$to"
mkdir -p "$to/completion"
for shell in bash zsh fish; do
	go run ./cmd/go-safe safe completion "$shell" >"$to/completion/go-safe.$shell"
done
go run ./cmd/go-safe safe completion powershell >"$to/completion/go-safe.ps1"
# zsh calls a file with #compdef to complete a word, so it makes the function and then asks it.
{
	echo '#compdef go-safe'
	cat "$to/completion/go-safe.zsh"
	echo '_bash_complete -o default -F _go_safe'
} >"$to/completion/_go-safe"
gzip -9n <packaging/go-safe.1 >"$to/go-safe.1.gz"
ln -s go-safe "$to/go"

#!/usr/bin/env bash
# Makes a release in dist/ without publishing anything, and checks what is in it. The tools are goreleaser, and syft if
# there is one; ruby, makepkg and rpm read what was made. PATH needs goreleaser: .ci/extra says how to install it.
set -euo pipefail
cd "$(dirname "$0")/.."
config=packaging/goreleaser.yaml
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

die() {
	echo "test-release.sh: $*" >&2
	exit 1
}

goreleaser check --config "$config"
skip=()
if ! command -v syft >/dev/null; then
	echo 'there is no syft, so no SBOM is made'
	skip=(--skip=sbom)
fi
goreleaser release --snapshot --clean --config "$config" "${skip[@]}"
cd dist

# The first comes from the version, so the others need not be named.
version=$(sed -n 's/.*"version":"\([^"]*\)".*/\1/p' metadata.json)
[ -n "$version" ] || die 'metadata.json has no version'
archives="linux_amd64.tar.gz linux_arm64.tar.gz windows_amd64.zip windows_arm64_experimental.zip"
for system in darwin freebsd; do
	archives="$archives ${system}_amd64_experimental.tar.gz ${system}_arm64_experimental.tar.gz"
done
for name in $archives; do
	[ -f "go-safe_${version}_$name" ] || die "no archive for $name"
	if [ ${#skip[@]} = 0 ]; then grep -q golang.org/x/sys "go-safe_${version}_$name.sbom.json"; fi
done
for format in deb rpm apk; do
	[ "$(find . -maxdepth 1 -name "*.$format" | wc -l)" = 2 ] || die "not two packages of the form $format"
done
sha256sum --quiet -c checksums.txt
[ "$(wc -l <checksums.txt)" -ge 14 ] || die 'checksums.txt is too short'

step() { printf '\n-- %s\n' "$*"; }

step 'an archive, unpacked, is a go'
mkdir "$tmp/archive"
tar -xzf "go-safe_${version}_linux_amd64.tar.gz" -C "$tmp/archive"
PATH=$tmp/archive:$PATH go safe version -v
go version -m "$tmp/archive/go-safe" >"$tmp/version"
grep "vcs.revision=$(git rev-parse HEAD)" "$tmp/version"
# What a release makes beside the sources must not count as a change of them.
if [ -z "$(git status --porcelain)" ] && grep vcs.modified=true "$tmp/version"; then
	die 'the version says that the sources were changed'
fi
for file in LICENSE man/go-safe.1 completion/go-safe.bash completion/go-safe.fish completion/_go-safe; do
	[ -s "$tmp/archive/$file" ] || die "the archive has no $file"
done
bash -n "$tmp/archive/completion/go-safe.bash"
unzip -l "go-safe_${version}_windows_amd64.zip" >"$tmp/windows"
grep -w go-safe.exe "$tmp/windows"
grep -w go-safe-cache.exe "$tmp/windows"

step 'go-safe finds the go-safe-cache beside it'
go version -m "$tmp/archive/go-safe-cache" | grep "vcs.revision=$(git rev-parse HEAD)"
PATH=$tmp/archive:$PATH go safe cache keygen name "$tmp/key"

step Homebrew
ruby -c homebrew/Casks/go-safe.rb
sed -n 's/^ *\(binary\|manpage\|[a-z]*_completion\) "\(.*\)"$/\2/p' homebrew/Casks/go-safe.rb >"$tmp/cask"
[ "$(wc -l <"$tmp/cask")" = 6 ] || die 'the cask does not name 6 files'
tar -tzf "go-safe_${version}_darwin_arm64_experimental.tar.gz" >"$tmp/darwin"
while read -r file; do
	grep -qx "$file" "$tmp/darwin" || die "the cask names $file"
done <"$tmp/cask"

step Scoop and winget
/usr/bin/python3 - <<'END'
import glob, json, yaml, zipfile
scoop = json.load(open("scoop/go-safe.json"))
for of in scoop["architecture"].values():
    names = zipfile.ZipFile(of["url"].rsplit("/", 1)[1]).namelist()
    for name in of["bin"]:
        assert name in names, (name, names)
files = glob.glob("winget/**/*.yaml", recursive=True)
assert len(files) == 3, files
[installer] = [yaml.safe_load(open(f)) for f in files if ".installer." in f]
for one in installer["Installers"]:
    names = zipfile.ZipFile(one["InstallerUrl"].rsplit("/", 1)[1]).namelist()
    for file in one["NestedInstallerFiles"]:
        assert file["RelativeFilePath"].replace("\\", "/") in names, (file, names)
print("they name programs that are in the archives")
END

step Arch
# makepkg refuses to run as root. The archive is there already, under the name that the PKGBUILD gives it.
mkdir "$tmp/aur"
cp aur/go-safe-bin.pkgbuild "$tmp/aur/PKGBUILD"
cp "go-safe_${version}_linux_amd64.tar.gz" "$tmp/aur/go-safe-bin_${version//-/_}_x86_64.tar.gz"
chmod 755 "$tmp"
chown -R 4321:4321 "$tmp/aur"
(
	cd "$tmp/aur"
	setpriv --reuid=4321 --regid=4321 --clear-groups \
		env HOME="$tmp/aur" TMPDIR="$tmp/aur" CARCH=x86_64 PKGEXT=.pkg.tar.gz makepkg --nodeps
)
tar -tzf "$tmp"/aur/*.pkg.tar.gz | tee "$tmp/arch" | grep -x usr/lib/go-safe/bin/go
grep -qx etc/profile.d/zz-go-safe-package.sh "$tmp/arch"
grep -qx usr/bin/go-safe-cache "$tmp/arch"

step Alpine
tar -tzf "go-safe_${version/-/_}_x86_64.apk" 2>/dev/null | tee "$tmp/apk" | grep -x usr/lib/go-safe/bin/go
grep -qx etc/profile.d/zz-go-safe-package.sh "$tmp/apk"
grep -qx usr/bin/go-safe-cache "$tmp/apk"

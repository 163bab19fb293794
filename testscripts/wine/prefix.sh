#!/usr/bin/env bash
# prefix.sh RIG PREFIX makes a Windows for the user who runs it, in the new directory PREFIX. RIG is from rig.sh. Each
# user needs their own. To the programs in it, files of other users belong to somebody else.
set -euo pipefail
rig=$1
mkdir -p "$2"
"$(dirname "$0")/run.sh" "$2" wineboot --init >/dev/null 2>&1
cp "$rig/bcryptprimitives.dll" "$2/drive_c/windows/system32/"
ln -s "$rig/go" "$2/drive_c/Program Files/Go"

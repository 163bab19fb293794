#!/bin/sh
# run.sh PREFIX PROGRAM [ARGUMENT...] runs a program of Windows, with nothing of the environment of this system. The
# variables in WINE_ENV ("NAME=VALUE ...") are set. After WINE_LIMIT seconds it is ended.
prefix=$1
shift
# The server stays. One that the program starts would keep the program's output open, and go test waits for its end.
env -i HOME="$prefix" PATH=/usr/bin:/bin WINEPREFIX="$prefix" WINEDEBUG=-all wineserver -p </dev/null >/dev/null 2>&1 || true
# shellcheck disable=SC2086
exec env -i LC_ALL=C.UTF-8 HOME="$prefix" PATH=/usr/bin:/bin WINEPREFIX="$prefix" WINEDEBUG=-all \
	WINEDLLOVERRIDES='bcryptprimitives=n;winemenubuilder.exe=d;mscoree=d;mshtml=d' \
	WINEPATH='C:\Program Files\Go\bin' ${WINE_ENV-} timeout "${WINE_LIMIT-900}" wine "$@"

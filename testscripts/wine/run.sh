#!/bin/sh
# run.sh PREFIX PROGRAM [ARGUMENT...] runs a program of Windows, with nothing of the environment of this system. The
# variables in WINE_ENV ("NAME=VALUE ...") are set, and those whose names begin with GOSAFE_WINE_. After WINE_LIMIT
# seconds it is ended. The server of the prefix goes on until WINEPREFIX=PREFIX wineserver -k.
prefix=$1
shift
clean() {
	exec env -i LC_ALL=C.UTF-8 HOME="$prefix" PATH=/usr/bin:/bin WINEPREFIX="$prefix" WINEDEBUG=-all \
		WINEDLLOVERRIDES='bcryptprimitives=n;winemenubuilder.exe=d;mscoree=d;mshtml=d' \
		WINEPATH='C:\Program Files\Go\bin' "$@"
}
# Else the first program would start the server and the services of Windows, which would keep its output open, and go
# test waits for the end of that.
if (clean wineserver -p) </dev/null >/dev/null 2>&1; then
	(clean wine wineboot) </dev/null >/dev/null 2>&1
fi
keep=$(env | grep '^GOSAFE_WINE_' | tr '\n' ' ')
# shellcheck disable=SC2086
clean $keep ${WINE_ENV-} timeout "${WINE_LIMIT-900}" wine "$@"

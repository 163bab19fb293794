#!/bin/sh
# run.sh PREFIX PROGRAM [ARGUMENT...] runs a program of Windows, with nothing of the environment of this system except
# the variables whose names begin with GOSAFE_WINE_. Those in WINE_ENV ("NAME=VALUE ...") are set too.
prefix=$1
shift
keep=$(env | grep '^GOSAFE_WINE_' | tr '\n' ' ')
# shellcheck disable=SC2086
exec env -i LC_ALL=C.UTF-8 HOME="$prefix" PATH=/usr/bin:/bin WINEPREFIX="$prefix" WINEDEBUG=-all \
	WINEDLLOVERRIDES='bcryptprimitives=n;winemenubuilder.exe=d;mscoree=d;mshtml=d' \
	WINEPATH='C:\Program Files\Go\bin' $keep ${WINE_ENV-} timeout "${WINE_LIMIT-600}" wine "$@"

# Puts go-safe before the real go on PATH. The shell reads these files in the order of their names, and the last one
# comes first on PATH, so this name is near the end.
# The folder is missing if the package was removed but not purged.
if [ -x /usr/lib/go-safe/bin/go ]; then
	case $PATH in
	/usr/lib/go-safe/bin | /usr/lib/go-safe/bin:*) ;;
	*) export PATH="/usr/lib/go-safe/bin:$PATH" ;;
	esac
fi

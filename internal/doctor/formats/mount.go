package formats

import (
	"slices"
	"strings"

	"github.com/go-safe/go-safe/internal/fsinfo"
)

// WindowsDrive reports whether a mount is a drive of Windows in WSL: drvfs in WSL 1, 9p or virtiofs in WSL 2.
func WindowsDrive(m fsinfo.Mount) bool {
	return m.Type == "drvfs" || (m.Type == "9p" || m.Type == "virtiofs") && hasOption(m, func(option string) bool {
		return strings.HasPrefix(option, "aname=drvfs")
	})
}

// KeepsModes reports whether such a drive keeps modes and owners: with the option metadata.
func KeepsModes(m fsinfo.Mount) bool {
	return hasOption(m, func(option string) bool { return option == "metadata" })
}

// LocalLocks reports whether a mount is NFS whose locks this machine keeps to itself (nfs(5): nolock, local_lock).
func LocalLocks(m fsinfo.Mount) bool {
	return (m.Type == "nfs" || m.Type == "nfs4") && hasOption(m, func(option string) bool {
		how, local := strings.CutPrefix(option, "local_lock=")
		return option == "nolock" || local && how != "none" && how != "posix"
	})
}

// hasOption reports whether a mount has an option as wanted. 9p has further options behind semicolons in one.
func hasOption(m fsinfo.Mount, wanted func(option string) bool) bool {
	return slices.ContainsFunc(m.Options, func(options string) bool {
		return slices.ContainsFunc(strings.Split(options, ";"), wanted)
	})
}

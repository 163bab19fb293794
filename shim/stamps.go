package shim

import (
	"slices"
	"strings"
)

// stamps returns the packages for whose programs the go command asks for the revision of the sources, nil where it does not ask: with
// -buildvcs=true whatever it compiles, else what builds programs to keep, and go list, which tells whether those are stale
// (load.PackageOpts.AutoVCS).
func stamps(v verb, flags, packages []string) []string {
	auto := slices.Contains([]string{"build", "install", "list"}, v.name)
	asks := auto
	for _, f := range flags {
		switch _, value, _ := strings.Cut(f, "="); {
		case flagName(f) != "buildvcs":
		case value == "auto":
			asks = auto
		default:
			asks = v.writes&BuildCache != 0 && has([]string{f}, "buildvcs")
		}
	}
	switch {
	case !asks:
		return nil
	case len(packages) == 0:
		return []string{"."}
	}
	return packages
}

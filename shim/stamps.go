package shim

import (
	"slices"
	"strings"
)

// stamped returns the packages whose programs get the revision of the sources, nil if the go command does not
// ask for it. With -buildvcs=true every command that compiles asks. Without the flag only commands ask that
// build programs to keep, and go list, which reports whether those are stale (load.PackageOpts.AutoVCS).
func (l *Line) stamped() []string {
	auto := slices.Contains([]string{"build", "install", "list"}, l.Verb)
	asks := auto
	for _, f := range l.flags {
		switch _, value, _ := strings.Cut(f, "="); {
		case flagName(f) != "buildvcs":
		case value == "auto":
			asks = auto
		default:
			asks = l.verb.writes&BuildCache != 0 && boolFlag([]string{f}, "buildvcs")
		}
	}
	switch {
	case !asks:
		return nil
	case len(l.rest) == 0:
		return []string{"."}
	}
	return l.rest
}

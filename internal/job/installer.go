package job

import (
	"iter"
	"path/filepath"
	"slices"
	"strings"

	"github.com/go-safe/go-safe/internal/gomod"
)

// Installer returns the name of a program that this go run or go test may start and that Windows takes for an
// installer, "" if there is none. Windows does not start such a program without the rights of an administrator: The
// requested operation requires elevation (error 740, go.dev/issue/68523).
func (j *Job) Installer() string {
	for _, arg := range j.Line.Started() {
		for name := range j.programs(arg) {
			if looksLikeInstaller(name) {
				return name
			}
		}
	}
	return ""
}

// looksLikeInstaller reports whether a name has one of the words by which Windows knows an installer ("Installer
// Detection" of User Account Control).
func looksLikeInstaller(name string) bool {
	name = strings.ToLower(name)
	return slices.ContainsFunc([]string{"instal", "setup", "update", "patch"}, func(word string) bool {
		return strings.Contains(name, word)
	})
}

// programs yields the names of the programs of a package, of those that a pattern means, or of a file.
func (j *Job) programs(arg string) iter.Seq[string] {
	arg, _, _ = strings.Cut(filepath.ToSlash(arg), "@")
	before, _, pattern := strings.Cut(arg, "...")
	local := gomod.IsPath(arg)
	return func(yield func(string) bool) {
		dir := filepath.Join(j.Dir(), filepath.FromSlash(before))
		if filepath.IsAbs(arg) {
			dir = filepath.FromSlash(before)
		}
		switch {
		case pattern && local:
			gomod.Programs(dir)(yield)
		case pattern: // of import paths: at most those of the main modules can be told
			for _, root := range j.Project().Roots {
				for name := range gomod.Programs(root) {
					if !yield(name) {
						return
					}
				}
			}
		case strings.HasSuffix(arg, ".go"):
			yield(strings.TrimSuffix(filepath.Base(arg), ".go"))
		case local:
			yield(gomod.Program(dir))
		default:
			yield(gomod.Program(arg))
		}
	}
}

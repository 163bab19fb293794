package gomod

import (
	"encoding/base64"
	"iter"
	"strings"

	"github.com/go-safe/go-safe/internal/fsinfo"
	"golang.org/x/mod/module"
)

// EmptyGoMod is the hash of a go.mod file without content. The go command once wrote it into go.sum by mistake,
// and ignores it since (cmd/go/internal/modfetch.readGoSum).
const EmptyGoMod = "h1:G7mAYYxgmS0lVkHyy2hEOLQCFB0DlQFTMLWggykrydY="

// Sums are the hashes of go.sum files. The version that ends in "/go.mod" stands for the go.mod file.
type Sums map[module.Version][]string

// Sums returns what the project's go.sum files say, those of all modules of a workspace. A file that cannot be
// read says nothing: most projects have not all of them.
func (p Project) Sums() Sums {
	sums := make(Sums)
	for _, file := range p.SumFiles {
		if data, err := fsinfo.ReadFile(file); err == nil {
			sums.parse(string(data))
		}
	}
	return sums
}

// parse adds the lines of a go.sum file. It leaves out hashes of other kinds: the go command complains of them.
func (s Sums) parse(data string) {
	for mod, sum := range SumLines(data) {
		if sum != EmptyGoMod && IsHash(sum) {
			s[mod] = append(s[mod], sum)
		}
	}
}

// Lines returns what there is about the module, in the form of go.sum.
func (s Sums) Lines(mod module.Version) string {
	var b strings.Builder
	for _, version := range []string{mod.Version, mod.Version + "/go.mod"} {
		for _, hash := range s[module.Version{Path: mod.Path, Version: version}] {
			b.WriteString(mod.Path + " " + version + " " + hash + "\n")
		}
	}
	return b.String()
}

// SumLines yields the lines of a go.sum file: a version, which ends in "/go.mod" for the go.mod file, and its
// hash. It leaves out lines of another form: the go command complains of them.
func SumLines(data string) iter.Seq2[module.Version, string] {
	return func(yield func(module.Version, string) bool) {
		for line := range strings.Lines(data) {
			path, rest := field(line)
			version, rest := field(rest)
			sum, rest := field(rest)
			if more, _ := field(rest); sum == "" || more != "" {
				continue
			}
			if !yield(module.Version{Path: path, Version: version}, sum) {
				return
			}
		}
	}
}

// field splits off what strings.Fields would split off first, without an allocation for each line.
func field(s string) (first, rest string) {
	s = strings.TrimLeft(s, " \t\r\n")
	if i := strings.IndexAny(s, " \t\r\n"); i >= 0 {
		return s[:i], s[i:]
	}
	return s, ""
}

// CutGoMod splits the version in a line of go.sum, and reports whether the line is about the go.mod file.
func CutGoMod(version string) (v string, isMod bool) { return strings.CutSuffix(version, "/go.mod") }

// IsHash reports whether s has the form of a hash: "h1:" and a SHA-256 in base 64.
func IsHash(s string) bool {
	b64, ok := strings.CutPrefix(s, "h1:")
	sum, err := base64.StdEncoding.DecodeString(b64)
	return ok && err == nil && len(sum) == 32
}

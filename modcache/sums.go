package modcache

import (
	"encoding/base64"
	"iter"
	"os"
	"strings"

	"golang.org/x/mod/module"
)

// emptyGoMod is the hash of a go.mod file without content. The go command once wrote it into go.sum by mistake and
// passes it over since (cmd/go/internal/modfetch.readGoSum).
const emptyGoMod = "h1:G7mAYYxgmS0lVkHyy2hEOLQCFB0DlQFTMLWggykrydY="

// Sums are the hashes of go.sum files. The version of a go.mod file's ends in "/go.mod".
type Sums map[module.Version][]string

// Sums returns what the go.sum files of the project say, those of all modules of a workspace. A file that
// cannot be read says nothing: most projects of one module have no more.
func (p Project) Sums() Sums {
	sums := make(Sums)
	for _, file := range p.sums {
		if data, err := os.ReadFile(file); err == nil {
			sums.parse(string(data))
		}
	}
	return sums
}

// parse adds the lines of a go.sum file. Those with a hash of another kind are the go command's to complain about.
func (s Sums) parse(data string) {
	for mod, sum := range sumLines(data) {
		if sum != emptyGoMod && isHash(sum) {
			s[mod] = append(s[mod], sum)
		}
	}
}

// sumLines yields the lines of a go.sum file; a version that ends in "/go.mod" stands for the go.mod file alone. Those of another
// form are the go command's to complain about.
func sumLines(data string) iter.Seq2[module.Version, string] {
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

// lines returns the module's lines in the form of go.sum.
func (s Sums) lines(mod module.Version) string {
	var b strings.Builder
	for _, version := range []string{mod.Version, mod.Version + "/go.mod"} {
		for _, hash := range s[module.Version{Path: mod.Path, Version: version}] {
			b.WriteString(mod.Path + " " + version + " " + hash + "\n")
		}
	}
	return b.String()
}

// isHash reports whether s has the form of a hash, "h1:" and a SHA-256 in base 64.
func isHash(s string) bool {
	b64, ok := strings.CutPrefix(s, "h1:")
	sum, err := base64.StdEncoding.DecodeString(b64)
	return ok && err == nil && len(sum) == 32
}

// cutGoMod splits the version in a line of go.sum, which may be about the go.mod file alone.
func cutGoMod(version string) (v string, modOnly bool) {
	return strings.CutSuffix(version, "/go.mod")
}

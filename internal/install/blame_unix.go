//go:build unix

package install

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/go-safe/go-safe/internal/fsinfo"
)

// A startUp is a set of start-up files, in which lines are searched that set PATH.
type startUp struct {
	texts []startUpText
	home  string
}

type startUpText struct {
	name  string
	lines []string
}

// startUpTexts reads the files that the patterns name.
func startUpTexts(patterns []string, home string) startUp {
	s := startUp{home: home}
	for _, pattern := range patterns {
		// Only the last element has a star. A home may have any name.
		dir, last := filepath.Split(pattern)
		names := []string{last}
		if strings.Contains(last, "*") && strings.HasPrefix(dir, "/etc/") {
			names = nil
			found, _ := filepath.Glob(pattern)
			for _, path := range found {
				names = append(names, filepath.Base(path))
			}
		}
		for _, name := range names {
			s.read(dir + name)
		}
	}
	return s
}

func (s *startUp) read(path string) {
	if fi, err := os.Stat(path); err != nil || !fi.Mode().IsRegular() {
		return
	}
	if text, err := fsinfo.ReadFile(path); err == nil {
		s.texts = append(s.texts, startUpText{path, strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")})
	}
}

// linesWith returns the lines that put a folder first on PATH, or last, each with its file and its number.
func (s startUp) linesWith(folder string, last bool) (found []string) {
	w := newPathWords(s.home)
	for _, text := range s.texts {
		for n, line := range text.lines {
			if at, atEnd := w.find(text.name, line, folder); at && atEnd == last {
				found = append(found, fmt.Sprintf("%s:%d:%s", text.name, n+1, line))
			}
		}
	}
	return found
}

// pathWords finds folders among the words of lines that set PATH. The folder may be written with HOME, a tilde, or a
// GOROOT that was set before.
type pathWords struct {
	home, goroot                                       string
	comment, goRootIs, aliases, assigns, sets, between *regexp.Regexp
}

func newPathWords(home string) *pathWords {
	return &pathWords{
		home:     home,
		comment:  regexp.MustCompile(`(^|[ \t])#.*`),
		goRootIs: regexp.MustCompile(`(?:^|.*[ \t])GOROOT[= \t]([^;: \t]*)`),
		aliases:  regexp.MustCompile(`^[ \t]*alias[ \t]`),
		assigns:  regexp.MustCompile(`(^|[ \t;&|(])(PATH|path)[+]?=`),
		sets:     regexp.MustCompile(`(^|[ \t;&|])(set[ \t].*PATH|fish_add_path|pathmunge)[ \t]`),
		between:  regexp.MustCompile(`[:= \t;()]+`),
	}
}

// find reports whether a line of a file puts a folder on PATH, and whether at its end: the old PATH stands before it.
// What only names something in the folder is not meant, nor what is behind a # sign. The files of /etc/paths have
// only folders.
func (w *pathWords) find(file, line, folder string) (found, last bool) {
	line = w.comment.ReplaceAllString(line, "")
	if m := w.goRootIs.FindStringSubmatch(line); m != nil {
		w.goroot = w.plain(m[1])
	}
	assigned := w.assigns.FindStringIndex(line)
	switch {
	case w.aliases.MatchString(line):
		return false, false
	case assigned != nil:
		line = line[assigned[0]:]
	case !w.sets.MatchString(line) && !strings.HasPrefix(file, "/etc/paths"):
		return false, false
	}
	at, old := -1, -1
	for i, word := range w.between.Split(w.plain(line), -1) {
		switch word {
		case folder, folder + "/":
			at = i
		case "$PATH", "$path", "PATH+", "path+":
			old = i
		}
	}
	return at >= 0, old >= 0 && old < at
}

// plain returns a line without quotes, and with the values of the variables that folders begin with.
func (w *pathWords) plain(s string) string {
	words := strings.NewReplacer(`"`, "", `'`, "", "${PATH:+:", " $PATH ", "${PATH:+", " $PATH ", "${", "$", "}", " ")
	s = words.Replace(s)
	s = expand(s, "$GOROOT", w.goroot)
	s = expand(s, "$HOME", w.home)
	var b strings.Builder
	for i, c := range s {
		if c == '~' && strings.HasPrefix(s[i:], "~/") && i > 0 && strings.ContainsRune(":= \t(", rune(s[i-1])) {
			b.WriteString(w.home)
			continue
		}
		b.WriteRune(c)
	}
	return b.String()
}

// expand replaces a variable before a slash. A brace behind the variable has become a space.
func expand(s, variable, value string) string {
	var b strings.Builder
	for {
		before, after, found := strings.Cut(s, variable)
		b.WriteString(before)
		if !found {
			return b.String()
		}
		s = after
		if rest := strings.TrimLeft(after, " "); strings.HasPrefix(rest, "/") {
			b.WriteString(value)
			s = rest
		} else {
			b.WriteString(variable)
		}
	}
}

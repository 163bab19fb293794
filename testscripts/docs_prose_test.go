//go:build unix

package testscripts

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/go-safe/go-safe/internal/doctor"
)

// Sentences are short enough for a reader in a hurry whose first language may be another one.
func TestDocumentedSentences(t *testing.T) {
	for _, path := range userDocuments(t) {
		d := readDocument(t, path)
		average, longest := 20, 45
		if path == "../README.md" {
			average, longest = 16, 35
		}
		checkSentences(t, path, d.prose, average, longest)
		for _, cell := range d.cells {
			checkLongest(t, path, cell, longest)
		}
	}
	checkSentences(t, manual, readManual(t), 20, 45)
}

func checkSentences(t *testing.T, path string, prose []passage, average, longest int) {
	t.Helper()
	words, n := 0, 0
	for _, p := range prose {
		for _, s := range sentences(p.text) {
			words, n = words+countWords(s), n+1
		}
		checkLongest(t, path, p, longest)
	}
	switch {
	case n == 0:
		t.Errorf("%s: no sentence was found", path)
	case words > average*n:
		t.Errorf("%s: %d sentences have %.1f words on average, more than %d", path, n, float64(words)/float64(n), average)
	default:
		t.Logf("%s: %d sentences, %.1f words on average", path, n, float64(words)/float64(n))
	}
}

func checkLongest(t *testing.T, path string, p passage, longest int) {
	t.Helper()
	for _, s := range sentences(p.text) {
		if n := countWords(s); n > longest {
			t.Errorf("%s:%d: %d words, more than %d: %s", path, p.line, n, longest, s)
		}
	}
}

var (
	codeSpan    = regexp.MustCompile("`[^`]*`")
	linkTarget  = regexp.MustCompile(`\]\([^)]*\)`)
	sentenceEnd = regexp.MustCompile(`[.!?][*)"]*(\s|$)`)
)

// sentences splits a passage. No sentence ends in code.
func sentences(text string) []string {
	text = codeSpan.ReplaceAllStringFunc(text, func(code string) string {
		return strings.NewReplacer(".", "_", "!", "_", "?", "_").Replace(code)
	})
	text = linkTarget.ReplaceAllString(text, "]")
	var found []string
	for text != "" {
		end := sentenceEnd.FindStringIndex(text)
		if end == nil {
			end = []int{0, len(text)}
		}
		found = append(found, strings.TrimSpace(text[:end[1]]))
		text = text[end[1]:]
	}
	return found
}

func countWords(sentence string) int {
	n := 0
	for _, word := range strings.Fields(sentence) {
		if strings.ContainsFunc(word, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) {
			n++
		}
	}
	return n
}

const manual = "../cmd/go-safe/doc.go"

// readManual returns the paragraphs and the items of lists of the manual. Indented by a tab are tables and usages.
func readManual(t *testing.T) (prose []passage) {
	t.Helper()
	text, err := os.ReadFile(manual)
	if err != nil {
		t.Fatal(err)
	}
	body, _, ok := strings.Cut(strings.TrimPrefix(string(text), "/*\n"), "\n*/\n")
	if !ok {
		t.Fatalf("%s: the comment has no end", manual)
	}
	broken := true
	for i, line := range strings.Split(body, "\n") {
		n := i + 2
		if width := utf8.RuneCountInString(strings.ReplaceAll(line, "\t", "        ")); width > 120 {
			t.Errorf("%s:%d: has %d columns", manual, n, width)
		}
		switch {
		case line == "" || strings.HasPrefix(line, "\t") || strings.HasPrefix(line, "# "):
			broken = true
		case broken || listItem.MatchString(line):
			prose = append(prose, passage{n, strings.TrimSpace(listItem.ReplaceAllString(line, ""))})
			broken = false
		default:
			prose[len(prose)-1].text += " " + strings.TrimSpace(line)
		}
	}
	return prose
}

// Lines end before column 120, except those that Markdown does not let us break.
func TestDocumentedLines(t *testing.T) {
	for _, path := range allDocuments(t) {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(string(text), "\n")
		for i, line := range lines {
			if strings.HasPrefix(line, "#") || strings.HasPrefix(line, "|") {
				continue
			}
			if width := utf8.RuneCountInString(line); width > 120 {
				t.Errorf("%s:%d: has %d columns", path, i+1, width)
			}
		}
		if path == "../README.md" && len(lines) > 150 {
			t.Errorf("%s: %d lines, more than 149", path, len(lines)-1)
		}
	}
}

// allDocuments returns the paths of all Markdown files of the repository.
func allDocuments(t *testing.T) (paths []string) {
	t.Helper()
	for _, pattern := range []string{"../*.md", "../docs/*.md", "*.md"} {
		found, err := filepath.Glob(pattern)
		if err != nil || len(found) == 0 {
			t.Fatalf("%s: %d files, %v", pattern, len(found), err)
		}
		paths = append(paths, found...)
	}
	return paths
}

// Each link to a file of the repository, and each #anchor, leads somewhere.
func TestDocumentedLinks(t *testing.T) {
	n := 0
	for _, path := range allDocuments(t) {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`\]\(([^)]*)\)`).FindAllStringSubmatch(outsideFences(string(text)), -1) {
			if strings.Contains(m[1], "://") {
				continue
			}
			n++
			if err := checkLink(path, m[1]); err != nil {
				t.Errorf("%s: %v", path, err)
			}
		}
	}
	if n < 20 {
		t.Errorf("only %d links were found", n)
	}
}

func checkLink(from, link string) error {
	file, anchor, hasAnchor := strings.Cut(link, "#")
	target := from
	if file != "" {
		target = filepath.Join(filepath.Dir(from), file)
	}
	if _, err := os.Stat(target); err != nil {
		return fmt.Errorf("the link %s leads nowhere", link)
	}
	if !hasAnchor {
		return nil
	}
	text, err := os.ReadFile(target)
	if err != nil {
		return err
	}
	for _, name := range anchors(string(text)) {
		if name == anchor {
			return nil
		}
	}
	return fmt.Errorf("the link %s leads to no heading", link)
}

// Each finding of the doctor leads to a heading of errors.md.
func TestDoctorLinks(t *testing.T) {
	all := slices.Concat(doctor.Checks(), doctor.LoginChecks(), doctor.NetChecks(), doctor.WindowsChecks())
	for _, c := range all {
		if err := checkLink("../docs/errors.md", "#"+c.Heading); err != nil {
			t.Errorf("%s: %v", c.ID, err)
		}
	}
}

// anchors returns the names that GitHub gives to the headings of a document.
func anchors(text string) (names []string) {
	seen := make(map[string]int)
	for line := range strings.SplitSeq(outsideFences(text), "\n") {
		m := headingLine.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		name := strings.Map(func(r rune) rune {
			switch {
			case unicode.IsLetter(r), unicode.IsDigit(r), r == '-', r == '_':
				return r
			case r == ' ':
				return '-'
			}
			return -1
		}, strings.ToLower(linkTarget.ReplaceAllString(m[1], "]")))
		seen[name]++
		if seen[name] > 1 {
			name = fmt.Sprintf("%s-%d", name, seen[name]-1)
		}
		names = append(names, name)
	}
	return names
}

// outsideFences returns a document without its blocks of code: a # or a bracket means something else there.
func outsideFences(text string) string {
	var b strings.Builder
	inside := false
	for line := range strings.Lines(text) {
		if strings.HasPrefix(strings.TrimSpace(line), "```") {
			inside = !inside
		} else if !inside {
			b.WriteString(line)
		}
	}
	return b.String()
}

// The fifth line of README.md says which Go is needed to build go-safe, and with which it works: the versions in go.mod
// and in the script that tries them.
func TestReadmeVersions(t *testing.T) {
	find := func(file, pattern string) string {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		m := regexp.MustCompile(pattern).FindStringSubmatch(string(text))
		if m == nil {
			t.Fatalf("%s: nothing matches %s", file, pattern)
		}
		return m[1]
	}
	line := strings.Split(find("../README.md", `(?s)^(.*)$`), "\n")[4]
	build, oldest := find("../go.mod", `(?m)^go (1\.\d+)`), find("smoke_toolchains.txtar", `(?m)^# go(1\.\d+)\.\d+$`)
	for _, want := range []string{"Go " + build + " or later to build", "since " + oldest} {
		if !strings.Contains(line, want) {
			t.Errorf("line 5 does not say %q: %s", want, line)
		}
	}
}

//go:build unix

package testscripts

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// A document is a Markdown file, in the parts that the tests of the documents look at.
type document struct {
	path  string // from this directory
	lines []string

	headings []heading
	fences   []fence
	prose    []passage // paragraphs and items of lists
	cells    []passage // of tables
}

type heading struct {
	line int
	text string
}

// A fence is a block between two lines that begin with three backquotes.
type fence struct {
	line int    // of the first one
	lang string // behind the first one
	note string // the HTML comment on the line above
	text string
}

// A passage is text without a break.
type passage struct {
	line int
	text string
}

var (
	commentLine = regexp.MustCompile(`^<!-- (.*) -->$`)
	headingLine = regexp.MustCompile(`^#{1,6} (.*)$`)
	listItem    = regexp.MustCompile(`^ *(?:[-*]|\d+\.) +`)
	tableRule   = regexp.MustCompile(`^\|[-:| ]+\|$`)
)

// readDocument parses as much of Markdown as the documents use. What it does not know, such as a block of code that is
// only indented, is an error: a test that overlooks it would prove nothing.
func readDocument(t *testing.T, path string) *document {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	d := &document{path: path, lines: strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")}
	var open *fence   // the fence that we are in
	var para *passage // the paragraph that we are in
	note := ""        // the comment on the line before
	endParagraph := func() {
		if para != nil {
			d.prose = append(d.prose, *para)
		}
		para = nil
	}
	for i, line := range d.lines {
		n, above := i+1, note
		note = ""
		lang, isFence := strings.CutPrefix(strings.TrimSpace(line), "```")
		switch {
		case open != nil && isFence:
			d.fences = append(d.fences, *open)
			open = nil
		case open != nil:
			open.text += line + "\n"
		case isFence:
			endParagraph()
			open = &fence{line: n, lang: lang, note: above}
		case commentLine.MatchString(line):
			endParagraph()
			note = commentLine.FindStringSubmatch(line)[1]
		case headingLine.MatchString(line):
			endParagraph()
			d.headings = append(d.headings, heading{n, headingLine.FindStringSubmatch(line)[1]})
		case strings.HasPrefix(line, "|"):
			endParagraph()
			if !tableRule.MatchString(line) {
				for cell := range strings.SplitSeq(strings.Trim(line, "|"), "|") {
					d.cells = append(d.cells, passage{n, strings.TrimSpace(cell)})
				}
			}
		case strings.TrimSpace(line) == "":
			endParagraph()
		case para == nil || listItem.MatchString(line):
			endParagraph()
			if strings.HasPrefix(line, "    ") && !listItem.MatchString(line) || strings.HasPrefix(line, "\t") {
				t.Errorf("%s:%d: a block that is only indented: no test looks at it", path, n)
			}
			para = &passage{n, strings.TrimSpace(listItem.ReplaceAllString(line, ""))}
		default:
			para.text += " " + strings.TrimSpace(line)
		}
	}
	endParagraph()
	if open != nil {
		t.Errorf("%s:%d: a block without an end", path, open.line)
	}
	return d
}

// userDocuments returns the paths of the documents for users. docs/architecture.md is for people who change go-safe.
func userDocuments(t *testing.T) []string {
	t.Helper()
	paths, err := filepath.Glob("../docs/*.md")
	if err != nil || len(paths) < 2 {
		t.Fatalf("%d documents, %v", len(paths), err)
	}
	users := []string{"../README.md"}
	for _, path := range paths {
		if filepath.Base(path) != "architecture.md" {
			users = append(users, path)
		}
	}
	return users
}

// Each block of a document says what it is. Commands are in blocks that a test runs, or the line above the block says
// why no test can.
func TestDocumentedBlocks(t *testing.T) {
	reason := regexp.MustCompile(`^not run: \S+ \S+`)
	withReason := []string{"powershell", "dockerfile", "yaml", "groovy", "nginx", "mermaid"}
	for _, path := range userDocuments(t) {
		for _, f := range readDocument(t, path).fences {
			switch {
			case f.note != "" && !reason.MatchString(f.note):
				t.Errorf("%s:%d: the comment above gives no reason: <!-- %s -->", path, f.line, f.note)
			case f.lang == "sh" || f.lang == "console" && strings.HasPrefix(f.text, "$ "):
			case f.lang == "yaml" && len(stepsOf(f)) > 0:
			case f.note != "" && slices.Contains(withReason, f.lang):
			default:
				t.Errorf("%s:%d: a block of %q that no test runs", path, f.line, f.lang)
			}
		}
	}
}

// stepsOf returns the commands that a workflow for GitHub Actions runs, one text for each step.
func stepsOf(f fence) (steps []string) {
	indent := -1 // of the key run whose commands follow
	for line := range strings.Lines(f.text) {
		trimmed := strings.TrimLeft(line, " -")
		at := len(line) - len(trimmed)
		command, isRun := strings.CutPrefix(trimmed, "run: ")
		switch {
		case isRun && command == "|\n":
			steps, indent = append(steps, ""), at
		case isRun:
			steps, indent = append(steps, command), -1
		case indent >= 0 && len(line)-len(strings.TrimLeft(line, " ")) > indent:
			steps[len(steps)-1] += strings.TrimLeft(line, " ")
		default:
			indent = -1
		}
	}
	return steps
}

//go:build unix

package testscripts

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// areas returns the first words of script names that README.md explains.
func areas(t *testing.T) (names []string) {
	t.Helper()
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile("(?m)^\\| `([a-z]+)_` ").FindAllStringSubmatch(string(readme), -1) {
		names = append(names, m[1])
	}
	return names
}

// People find a script by the first word of its name, so README.md must explain that word.
func TestScriptNames(t *testing.T) {
	areas := areas(t)
	scripts, err := filepath.Glob("*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, script := range scripts {
		area, _, _ := strings.Cut(script, "_")
		if !slices.Contains(areas, area) {
			t.Errorf("%s: %q is none of the areas in README.md: %q", script, area, areas)
		}
	}
}

// A script begins with a comment that says what it shows, and its comments are shorter than 120 columns.
func TestScriptComments(t *testing.T) {
	scripts, err := filepath.Glob("*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, script := range scripts {
		text, err := os.ReadFile(script)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(string(text), "# ") {
			t.Errorf("%s does not begin with a comment", script)
		}
		for i, line := range strings.Split(string(text), "\n") {
			if strings.HasPrefix(strings.TrimSpace(line), "# ") && utf8.RuneCountInString(line) >= 120 {
				t.Errorf("%s:%d: comment of %d columns", script, i+1, utf8.RuneCountInString(line))
			}
		}
	}
}

// The scripts and tests that the documents name as proof exist.
func TestDocumentedScripts(t *testing.T) {
	known := make(map[string]bool)
	files, err := filepath.Glob("*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range append(files, adviceScripts(t)...) {
		known[strings.TrimSuffix(filepath.Base(file), ".txtar")] = true
	}
	for _, name := range testNames(t) {
		known[name] = true
	}
	documents, err := filepath.Glob("../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	reference := regexp.MustCompile("`((?:" + strings.Join(areas(t), "|") + ")_[a-z0-9_]+|Test[A-Z][A-Za-z]+)`")
	for _, file := range append(documents, "../CONTRIBUTING.md", "../README.md", "../SECURITY.md") {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range reference.FindAllStringSubmatch(string(text), -1) {
			if !known[m[1]] {
				t.Errorf("%s names %s, which does not exist", file, m[1])
			}
		}
	}
}

// testNames returns the tests of all packages, those for other systems included.
func testNames(t *testing.T) (names []string) {
	t.Helper()
	var files []string
	for _, pattern := range []string{"../*/*_test.go", "../internal/*/*_test.go", "../testscripts/*/*_test.go"} {
		found, err := filepath.Glob(pattern)
		if err != nil || found == nil {
			t.Fatalf("%s: %d files, %v", pattern, len(found), err)
		}
		files = append(files, found...)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`(?m)^func (Test\w+)\(`).FindAllStringSubmatch(string(text), -1) {
			names = append(names, m[1])
		}
	}
	return names
}

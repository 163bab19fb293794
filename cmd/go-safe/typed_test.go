package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/go-safe/go-safe/envfix"
)

func TestOneLine(t *testing.T) {
	for s, want := range map[string]string{
		"größer /a b":  "größer /a b",
		"a\nb\r\x1b[":  `a\nb\r\x1b[`,
		"a\xffb\u009b": `a\xffb\u009b`,
		"\u202e":       `\u202e`,
	} {
		if got := oneLine(s); got != want {
			t.Errorf("%q: %s, want %s", s, got, want)
		}
	}
}

func TestTypable(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	exe = envfix.Quote(exe) // no go on PATH is this program
	for text, want := range map[string]string{
		"no; type: " + self + " safe help":                   "no; type: " + exe + " safe help",
		"no; it, or root, types: " + self + " safe fix":      "no; it, or root, types: " + exe + " safe fix",
		"no, to silence this: A=b " + self + " env -u X":     "no, to silence this: A=b " + exe + " env -u X",
		"no; type: " + self + " clean -cache, or: rm /a":     "no; type: " + exe + " clean -cache, or: rm /a",
		"/a\nb; type: unset X":                               `/a\nb; type: unset X`,
		"/a\nb is torn; type: " + self + " safe fix '/a\nb'": `/a\nb is torn`,
		"/say/; type: go safe help":                          "/say/; type: go safe help",
	} {
		if got := typable(text, []string{"PATH=/nowhere"}); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

// No message says go where this program is to be run: the user may call it otherwise, and self becomes that.
func TestSelf(t *testing.T) {
	byName := regexp.MustCompile(`^"go [a-z]+ -.* "$|(types?|or|this): ([A-Z]+=\S+ |sudo |env )*go `)
	looked := 0
	look := func(path string) {
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				looked++
				if byName.MatchString(lit.Value) && !strings.HasPrefix(lit.Value, `"users type: `) { // other users
					t.Errorf("%s: %s: self and not go", fset.Position(lit.Pos()), lit.Value)
				}
			}
			return true
		})
	}
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go") {
			look(path)
		}
		return err
	})
	if err != nil || looked < 1000 {
		t.Errorf("looked at %d strings: %v", looked, err)
	}
}

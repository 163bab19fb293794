package say

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

	"github.com/go-safe/go-safe/internal/shell"
)

func TestOneLine(t *testing.T) {
	for s, want := range map[string]string{
		"größer /a b":  "größer /a b",
		"a\nb\r\x1b[":  `a\nb\r\x1b[`,
		"a\xffb\u009b": `a\xffb\u009b`,
		"\u202e":       `\u202e`,
	} {
		if got := OneLine(s); got != want {
			t.Errorf("%q: %s, want %s", s, got, want)
		}
	}
}

func TestRunnable(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	exe = shell.Quote(exe) // no go on PATH is this program
	for text, want := range map[string]string{
		"no; run: " + shell.Self + " safe help":                   "no; run: " + exe + " safe help",
		"no; it, or root, runs: " + shell.Self + " safe fix":      "no; it, or root, runs: " + exe + " safe fix",
		"no, to silence this: A=b " + shell.Self + " env -u X":    "no, to silence this: A=b " + exe + " env -u X",
		"no; run: " + shell.Self + " clean -cache, or: rm /a":     "no; run: " + exe + " clean -cache, or: rm /a",
		"/a\nb; run: unset X":                                     `/a\nb; run: unset X`,
		"/a\nb is torn; run: " + shell.Self + " safe fix '/a\nb'": `/a\nb is torn`,
		"/say/; run: go safe help":                                "/say/; run: go safe help",
	} {
		if got := Runnable(text, []string{"PATH=/nowhere"}); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

// No message says go where it means go-safe, because the user may call it by another name. It says shell.Self.
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
				if byName.MatchString(lit.Value) && !strings.HasPrefix(lit.Value, `"users run: `) { // other users
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

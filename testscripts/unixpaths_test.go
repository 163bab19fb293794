//go:build unix

package testscripts

import (
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
)

// What is built for Windows names no file of Unix: C:\etc\passwd is a file that anybody may have put there, and the
// current drive may be any.
func TestNoUnixPathsOnWindows(t *testing.T) {
	context := build.Default
	context.GOOS, context.CgoEnabled = "windows", false
	unix := regexp.MustCompile(`^/(bin|dev|etc|home|proc|run|sys|tmp|usr|var)(/|$)`)
	files, found := 0, 0
	for _, dir := range packageDirs(t) {
		p, err := context.ImportDir(filepath.Join("..", dir), 0)
		if err != nil {
			continue // nothing in it is for Windows
		}
		for _, name := range p.GoFiles {
			files++
			set := token.NewFileSet()
			f, err := parser.ParseFile(set, filepath.Join("..", dir, name), nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(f, func(n ast.Node) bool {
				if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
					if text, err := strconv.Unquote(lit.Value); err == nil && unix.MatchString(text) {
						found++
						t.Errorf("%s: %s", set.Position(lit.Pos()), lit.Value)
					}
				}
				return true
			})
		}
	}
	if files < 100 {
		t.Errorf("looked at %d files", files)
	}
}

//go:build unix

package testscripts

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// byPath are functions that change what a path names. A user can put a link in the path between a look and the change.
var byPath = []string{
	"os.Chmod", "os.Chown", "os.Chtimes", "os.Create", "os.CreateTemp", "os.Lchown", "os.Link", "os.Mkdir", "os.MkdirAll",
	"os.MkdirTemp", "os.Remove", "os.RemoveAll", "os.Rename", "os.Symlink", "os.Truncate", "os.WriteFile",
	"unix.Chmod", "unix.Chown", "unix.Lchown", "unix.Link", "unix.Mkdir", "unix.Rename", "unix.Rmdir", "unix.Symlink",
	"unix.Unlink",
}

// byPathAllowed are the calls that are safe: the kernel follows /proc/self/fd/N to the open file itself.
var byPathAllowed = map[string]string{"tree/entry_linux.go": "unix.Chmod"}

// Root changes other users' directories only by descriptor: the packages that do so call no function of byPath.
func TestAttackNoPaths(t *testing.T) {
	files := 0
	internal := os.DirFS("../internal")
	for _, pkg := range []string{"cachefix", "cacheshare", "clean", "repair", "rights", "toolchain", "tree"} {
		err := fs.WalkDir(internal, pkg, func(name string, d fs.DirEntry, err error) error {
			other := filepath.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go") || strings.Contains(name, "_windows")
			if err != nil || d.IsDir() || other {
				return err
			}
			files++
			calls, err := selectorsIn(filepath.Join("../internal", name))
			for _, call := range calls {
				if slices.Contains(byPath, call) && byPathAllowed[name] != call {
					t.Errorf("%s calls %s", name, call)
				}
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
	if files < 30 {
		t.Errorf("only %d files were read: did the packages move?", files)
	}
}

// selectorsIn returns each a.b of a Go file.
func selectorsIn(path string) (names []string, err error) {
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
	if err != nil {
		return nil, err
	}
	ast.Inspect(file, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok {
			if x, ok := s.X.(*ast.Ident); ok {
				names = append(names, x.Name+"."+s.Sel.Name)
			}
		}
		return true
	})
	return names, nil
}

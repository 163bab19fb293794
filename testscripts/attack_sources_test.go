//go:build unix

package testscripts

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// What root changes in directories of others is changed by descriptors: the packages that do it call nothing that takes a path, in
// which a user could put a link between a look and the change.
func TestAttackNoPaths(t *testing.T) {
	byPath := []string{
		"os.Chmod", "os.Chown", "os.Chtimes", "os.Lchown", "os.Link", "os.Mkdir", "os.MkdirAll", "os.MkdirTemp", "os.Remove", "os.RemoveAll",
		"os.Rename", "os.Symlink", "os.Truncate", "os.WriteFile", "os.Create", "os.CreateTemp",
		"unix.Chmod", "unix.Chown", "unix.Lchown", "unix.Link", "unix.Mkdir", "unix.Rename", "unix.Rmdir", "unix.Symlink", "unix.Unlink",
	}
	// The kernel follows /proc/self/fd/N to the open file itself.
	allowed := map[string]string{"rights/entry_linux.go": "unix.Chmod"}
	files := 0
	for _, pkg := range []string{"clean", "rights"} {
		err := filepath.WalkDir(filepath.Join("..", pkg), func(path string, d os.DirEntry, err error) error {
			name := filepath.Base(path)
			if err != nil || d.IsDir() || filepath.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go") || strings.Contains(name, "_windows") {
				return err
			}
			files++
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
			if err != nil {
				return err
			}
			ast.Inspect(file, func(n ast.Node) bool {
				call, ok := n.(*ast.SelectorExpr)
				if !ok {
					return true
				}
				if p, ok := call.X.(*ast.Ident); ok {
					name := p.Name + "." + call.Sel.Name
					if slices.Contains(byPath, name) && allowed[filepath.ToSlash(strings.TrimPrefix(path, "../"))] != name {
						t.Errorf("%s calls %s", path, name)
					}
				}
				return true
			})
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
	if files < 30 {
		t.Errorf("%d files were read: the packages have moved", files)
	}
}

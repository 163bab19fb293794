package job

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-safe/go-safe/internal/config"
	"github.com/go-safe/go-safe/shim"
)

// Which commands may add private modules, and which may build private code.
func TestPrivate(t *testing.T) {
	projects := map[string]string{
		"public":  "module pub.example/m\n",
		"needs":   "module pub.example/m\nrequire corp.example/x v1.0.0\n",
		"replace": "module pub.example/m\nrequire pub.example/x v1.0.0\nreplace pub.example/x => corp.example/x v1.0.0\n",
		"is":      "module corp.example/m\n",
		"sum":     "module pub.example/m\n",
	}
	dir := t.TempDir()
	for name, text := range projects {
		if err := os.MkdirAll(filepath.Join(dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
		sum := "corp.example/x v1.0.0 h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"
		if name == "public" || name == "is" {
			sum = ""
		}
		for file, text := range map[string]string{"go.mod": text, "go.sum": sum} {
			if err := os.WriteFile(filepath.Join(dir, name, file), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	const corp = "GOPRIVATE=corp.example"
	for _, tt := range []struct {
		project, line, settings string
		adds, builds            bool
	}{
		{"public", "build", corp, false, false},
		{"public", "build", "", false, false},
		{"public", "get pub.example/y", corp, true, true}, // its new version may require anything
		{"public", "get pub.example/y", "", false, false},
		{"public", "mod tidy", corp, true, true},
		{"public", "build -mod=mod", corp, true, true},
		{"public", "mod download corp.example/x@v1.0.0", corp, true, true},
		{"public", "install corp.example/x/cmd@v1.0.0", corp, true, true},
		{"public", "install pub.example/x/cmd@latest", corp, true, true},
		{"public", "mod graph", corp, true, true},
		{"public", "nosuchverb", corp, true, true},
		{"needs", "build", corp, true, true},
		{"needs", "test ./...", "GONOPROXY=*.example", true, true},
		{"needs", "build", "GONOPROXY=none", false, false},
		{"needs", "build", corp + " GO111MODULE=off", false, false},
		{"replace", "vet", corp, true, true},
		{"sum", "build", corp, true, true},
		{"is", "build", corp, false, true},
	} {
		t.Chdir(filepath.Join(dir, tt.project))
		environ := append(strings.Fields(tt.settings), "HOME="+dir, "GOENV=off", "GOWORK=off")
		j := New(config.Config{PrivateCopies: true}, shim.Go{}, environ, strings.Fields(tt.line))
		if adds, builds := j.AddsPrivate(), j.BuildsPrivate(); adds != tt.adds || builds != tt.builds {
			t.Errorf("%s, go %s, %s: adds %t, builds %t", tt.project, tt.line, tt.settings, adds, builds)
		}
		j = New(config.Config{}, shim.Go{}, environ, strings.Fields(tt.line))
		if j.AddsPrivate() || j.BuildsPrivate() {
			t.Errorf("%s, go %s: without the setting", tt.project, tt.line)
		}
	}
}

package site

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	f := Parse("/etc/go-safe/go.env",
		[]byte("# x\n\nGOFLAGS=-v\nGOFLAGS=-x -tags=a=b\n GOFLAGS=\nGOPROXY\ngoflags=1\nGOX=1\n=1\nGOSAFE_X=1\nGOBIN="))
	if v, ok := f.Lookup("GOFLAGS"); !ok || v != (Value{"-x -tags=a=b", 4}) {
		t.Errorf("GOFLAGS: %+v, %t", v, ok)
	}
	if names := f.Names(); !slices.Equal(names, []string{"GOBIN", "GOFLAGS", "GOSAFE_X"}) {
		t.Errorf("names: %q", names)
	}
	if f.Where("GOBIN") != "/etc/go-safe/go.env:11" || f.Where("GOX") != "" {
		t.Errorf("where: %q, %q", f.Where("GOBIN"), f.Where("GOX"))
	}
	f.Refuse("GOSAFE_X", "is no setting")
	want := []string{
		":5: is not NAME=value", ":6: is not NAME=value", ":7: is not NAME=value", ":8: GOX is no setting",
		":9: is not NAME=value", ":10: GOSAFE_X=1 is no setting",
	}
	for i, trouble := range f.Troubles() {
		if i >= len(want) || !strings.HasPrefix(trouble, f.Path+want[i]) {
			t.Errorf("trouble %d: %s", i, trouble)
		}
	}
	if _, ok := f.Lookup("GOSAFE_X"); ok || len(f.Troubles()) != len(want) {
		t.Errorf("%q", f.Troubles())
	}
}

// The list of the go command's variables is that of the go command: go env -w accepts each of them, and no other one
// that go env prints.
func TestGoSettings(t *testing.T) {
	realGo, err := exec.LookPath("go")
	if err != nil {
		t.Skip(err)
	}
	ask := func(args ...string) (string, error) {
		cmd := exec.Command(realGo, args...)
		cmd.Env = []string{
			"HOME=" + t.TempDir(), "GOENV=" + filepath.Join(t.TempDir(), "env"), "GOTOOLCHAIN=local", "GO_TELEMETRY_CHILD=2",
			"PATH=" + os.Getenv("PATH"),
		}
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	root, err := ask("env", "GOROOT")
	if err != nil {
		t.Fatal(root, err)
	}
	text, err := os.ReadFile(filepath.Join(strings.TrimSpace(root), "src", "internal", "cfg", "cfg.go"))
	_, list, ok := strings.Cut(string(text), "const KnownEnv = `")
	if err != nil || !ok {
		t.Skip("this Go keeps the list elsewhere")
	}
	list, _, _ = strings.Cut(list, "`")
	for _, name := range strings.Fields(list) {
		said, _ := ask("env", "-w", name+"=")
		refuses := strings.Contains(said, "cannot be modified") || strings.Contains(said, "can only be set")
		if Known(name) == refuses {
			t.Errorf("%s: known %t, and the go command says %q", name, Known(name), said)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("GOFLAGS=-v\n#\nGOSAFE_LOCK=\xff"))
	f.Fuzz(func(t *testing.T, data []byte) {
		file := Parse("/f", data)
		for _, name := range file.Names() {
			if v, _ := file.Lookup(name); !Known(name) || strings.Contains(v.Text, "\n") || v.Line < 1 {
				t.Errorf("%q: %+v", name, v)
			}
		}
	})
}

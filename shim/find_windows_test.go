package shim

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// A batch file called go runs if it gets its arguments as they are. If cmd.exe would change one, or run a part of it, a
// later go.exe is used, and without one the file is refused.
func TestBatch(t *testing.T) {
	batch, exe, record := t.TempDir(), t.TempDir(), filepath.Join(t.TempDir(), "args")
	write(t, filepath.Join(batch, "go.cmd"), "@echo %*> "+record+"\r\n@exit /b 3\r\n")
	self, err := os.ReadFile(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(exe, "go.exe"), string(self))

	for _, args := range [][]string{{"version"}, {"build", "-ldflags=-s -w", "./..."}, {"list", "-f={{.Dir}}"}} {
		g, err := Search{Path: batch + ";" + exe, Args: args}.Find()
		if err != nil || filepath.Base(g.Path) != "go.cmd" {
			t.Errorf("%q: %v, %v", args, g, err)
			continue
		}
		status, err := Run(Command{Path: g.Path, Args: args, Environ: os.Environ()})
		text, _ := os.ReadFile(record)
		got := strings.ReplaceAll(strings.TrimSpace(string(text)), `"`, "")
		if status.Code != 3 || err != nil || got != strings.Join(args, " ") {
			t.Errorf("%q: %v, %v, %q", args, status, err, got)
		}
	}
	for _, arg := range []string{
		"a&calc", `"&calc`, "%PATH%", "a|b", "a<b", "a>b", "^", "!x!", "(a)", "a\nb",
	} {
		args := []string{"test", "-run", arg}
		g, err := Search{Path: batch + ";" + exe, Args: args}.Find()
		if err != nil || filepath.Base(g.Path) != "go.exe" {
			t.Errorf("%q: %v, %v", args, g, err)
		}
		_, why := Search{Args: args}.Check(filepath.Join(batch, "go.cmd"))
		if !strings.Contains(why, "would change the argument "+strconv.Quote(arg)) {
			t.Errorf("%q: %q", args, why)
		}
	}
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
}

package shell

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// A POSIX shell gives back each word as it was.
func TestQuote(t *testing.T) {
	if got := posix.quote("/a/b-1.2_x+y@z%:,"); got != "/a/b-1.2_x+y@z%:," {
		t.Errorf("needless quotes: %s", got)
	}
	if runtime.GOOS == "windows" {
		t.Skip("needs a POSIX shell")
	}
	for _, word := range []string{
		"", "a", "/usr/bin:x", "a b", "it's", "''", `"$HOME" \ $(id) ~`, "~", "a=b", "*", "é", "a\nb",
	} {
		out, err := exec.Command("sh", "-c", "printf %s "+posix.quote(word)).Output()
		if err != nil || string(out) != word {
			t.Errorf("%q is quoted as %s, a shell reads %q, %v", word, posix.quote(word), out, err)
		}
	}
}

var lines = flag.String("powershell", "", "write the lines for PowerShell to this file, so that .ci/run can parse them")

// The lines of each dialect.
func TestLines(t *testing.T) {
	var forPowerShell strings.Builder
	for _, tt := range []struct {
		line func(dialect) string
		want [3]string
	}{
		{func(d dialect) string { return d.quote(`C:\a b`) }, [3]string{`'C:\a b'`, `'C:\a b'`, `"C:\a b"`}},
		{func(d dialect) string { return d.quote(`C:\a-b_1.2`) }, [3]string{`'C:\a-b_1.2'`, `C:\a-b_1.2`, `C:\a-b_1.2`}},
		{func(d dialect) string { return d.quote("it's") }, [3]string{`'it'\''s'`, `'it''s'`, `"it's"`}},
		{func(d dialect) string { return d.quote("-test.run") }, [3]string{"-test.run", "'-test.run'", "-test.run"}},
		{func(d dialect) string { return d.program(`C:\a b\go.exe`) },
			[3]string{`'C:\a b\go.exe'`, `& 'C:\a b\go.exe'`, `"C:\a b\go.exe"`}},
		{func(d dialect) string { return d.program("go") }, [3]string{"go", "go", "go"}},
		{func(d dialect) string { return d.set("A", "b c") }, [3]string{"export A='b c'", "$env:A = 'b c'", `set "A=b c"`}},
		{func(d dialect) string { return d.with("A", "b", "go") },
			[3]string{"A=b go", "$env:A = 'b'; if ($?) { go }", `set "A=b" && go`}},
		{func(d dialect) string { return d.unset([]string{"A", "B"}) },
			[3]string{"unset A B", "Remove-Item Env:A; Remove-Item Env:B", `set "A=" & set "B="`}},
		{func(d dialect) string { return d.unset([]string{"A", "a"}) },
			[3]string{"unset A a", "Remove-Item Env:A", `set "A="`}},
		{func(d dialect) string { return d.both("a", "b") }, [3]string{"a && b", "a; if ($?) { b }", "a && b"}},
		{func(d dialect) string { return d.both("", "b") }, [3]string{"b", "b", "b"}},
		{func(d dialect) string { return d.makeDir("a b", "") },
			[3]string{"mkdir -p 'a b'", "New-Item -ItemType Directory -Force 'a b' | Out-Null", `mkdir "a b"`}},
		{func(d dialect) string { return d.makeDir("a", "-m 700 ") },
			[3]string{"mkdir -p -m 700 a", "New-Item -ItemType Directory -Force a | Out-Null", "mkdir a"}},
		{func(d dialect) string { return d.allow("rw", "a b") },
			[3]string{"chmod u+rw 'a b'", `icacls 'a b' /grant "${env:USERNAME}:F"`, `icacls "a b" /grant "%USERNAME%:F"`}},
		{func(d dialect) string { return d.copyContent("a", "b") }, [3]string{"cat a >b", "copy a b", "copy a b"}},
		{func(d dialect) string { line, _ := d.removeTrees([]string{"a b", "c"}); return line },
			[3]string{"rm -rf 'a b' c", "Remove-Item -Recurse -Force 'a b', 'c'", `rmdir /s /q "a b" c`}},
		{func(d dialect) string { return d.rename("a", "b") }, [3]string{"mv a b", "move a b", "move a b"}},
		{func(d dialect) string { return d.copyTree("a", "b") },
			[3]string{"cp -RH a b", "Copy-Item -Recurse a b", "xcopy /e /i /h /q a b"}},
		{func(d dialect) string { return d.pathFirst("a b") },
			[3]string{`export PATH='a b':"$PATH"`, "$env:Path = 'a b;' + $env:Path", `set "PATH=a b;%PATH%"`}},
		{func(d dialect) string { return d.pathLast("a b") },
			[3]string{`export PATH="$PATH":'a b'`, "$env:Path += ';a b'", `set "PATH=%PATH%;a b"`}},
		{func(d dialect) string { return d.choose("/a", `C:\a`) }, [3]string{"/a", `C:\a`, `C:\a`}},
	} {
		for d, want := range tt.want {
			if got := tt.line(dialect(d)); got != want {
				t.Errorf("dialect %d: %s, want %s", d, got, want)
			}
		}
		forPowerShell.WriteString(tt.want[powershell] + "\n")
	}
	forPowerShell.WriteString(powershell.plainText(`C:\it's`) + "\n" +
		"go env -w GOFLAGS=" + powershell.quote("-a b") + "\n")
	if *lines != "" {
		if err := os.WriteFile(*lines, []byte(forPowerShell.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// The variables of real shells: a cmd.exe, the two PowerShells, the terminal of an editor, bash of git, and a cmd.exe
// in PowerShell, which cannot be told from it.
func TestDialect(t *testing.T) {
	const (
		system = `C:\Program Files\WindowsPowerShell\Modules;C:\Windows\system32\WindowsPowerShell\v1.0\Modules`
		user5  = `C:\Users\a\Documents\WindowsPowerShell\Modules;` + system
		user7  = `D:\Home\PowerShell\Modules;C:\Program Files\PowerShell\Modules;` +
			`c:\program files\powershell\7\Modules;` + system
	)
	for vars, want := range map[[3]string]dialect{
		{system, "$P$G", ""}:        cmd,
		{user5, "", ""}:             powershell,
		{user7, "", ""}:             powershell,
		{user5, "$P$G", ""}:         powershell,
		{system, "", ""}:            powershell,
		{"", "", ""}:                powershell,
		{"", "$P$G", ""}:            cmd,
		{system, "", "MINGW64"}:     posix,
		{user7, "", "MINGW64"}:      powershell,
		{`%x%\Modules`, "$P$G", ""}: powershell,
	} {
		environ := map[string]string{
			"PSModulePath": vars[0], "PROMPT": vars[1], "MSYSTEM": vars[2],
			"ProgramFiles": `C:\Program Files`, "SystemRoot": `C:\Windows`,
		}
		if got := dialectOf(func(name string) string { return environ[name] }); got != want {
			t.Errorf("%q: %d, want %d", vars, got, want)
		}
	}
}

// The system's shell does what the lines say: sh, or cmd.exe.
func TestLinesWork(t *testing.T) {
	d, top := posix, t.TempDir()
	if runtime.GOOS == "windows" {
		d = cmd
	}
	dir, copied, moved := filepath.Join(top, "a b", "c"), filepath.Join(top, "copy of"), filepath.Join(top, "moved")
	show := map[dialect]string{posix: `echo "$A $PATH"`, cmd: `echo "%A% %PATH%"`}[d]
	removal, _ := d.removeTrees([]string{dir})
	lines := []string{
		d.makeDir(dir, "-m 700 "),
		d.both(d.copyTree(filepath.Dir(dir), copied), d.rename(copied, moved)),
		removal,
		d.both(d.set("A", "x & y"), d.set("B", "1")),
		d.pathFirst(filepath.Join(top, "first one")),
		d.pathLast(filepath.Join(top, "last")),
		show,
		d.unset([]string{"A", "B"}),
		show,
	}
	out, err := run(t, d, lines)
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	sep := string(filepath.ListSeparator)
	for _, want := range []string{"x & y ", filepath.Join(top, "first one") + sep, sep + filepath.Join(top, "last")} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	if n := strings.Count(out, "x & y"); n != 1 {
		t.Errorf("the value was shown %d times\n%s", n, out)
	}
	for path, want := range map[string]bool{dir: false, filepath.Dir(dir): true, copied: false, filepath.Join(moved,
		"c"): true} {
		if _, err := os.Stat(path); (err == nil) != want {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// run gives the lines to a shell, which stops at the first that fails.
func run(t *testing.T, d dialect, lines []string) (string, error) {
	if d == posix {
		out, err := exec.Command("sh", "-ec", strings.Join(lines, "\n")).CombinedOutput()
		return string(out), err
	}
	file := filepath.Join(t.TempDir(), "lines.cmd")
	text := "@echo off\r\n" + strings.Join(lines, "\r\n") + "\r\n"
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(file).CombinedOutput()
	return string(out), err
}

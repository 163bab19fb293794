//go:build unix

package testscripts

import (
	"bytes"
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// posixWords are the words of a POSIX shell in which go-safe could speak to a user of Windows.
var posixWords = regexp.MustCompile(
	`(^| )(export|unset|sudo|chmod|chown|ulimit|alias|mkdir -\S+|rm|cp|mv|ln|cat|tr|tail) |` +
		`\bumask\b|/dev/null|\$HOME|\$PATH`)

// posixOnly says why such a text of a file that is part of go-safe.exe is never printed there.
var posixOnly = map[string]string{
	"cmd/go-safe/clean.go":               "Windows sets no cache aside, and has no root",
	"cmd/go-safe/dirs.go":                "Windows has no root",
	"cmd/go-safe/install.go":             "ulimit: no file is too large there (EFBIG)",
	"cmd/go-safe/main.go":                "no program is setuid there",
	"envfix/prepare.go":                  "what it says there has other words",
	"internal/cachelock/cachelock.go":    "what it says there has other words",
	"internal/doctor/advice.go":          "sudo is only looked for",
	"internal/doctor/advice_caches.go":   "it needs the uid of an owner",
	"internal/doctor/advice_dirs.go":     "it needs the uid of an owner",
	"internal/doctor/advice_go.go":       "links are made on Unix; PATH is never empty on Windows",
	"internal/doctor/advice_home.go":     "on Windows the check home is another one",
	"internal/doctor/check_audit.go":     "a file that users cannot make is made by root",
	"internal/doctor/check_caches.go":    "it needs the uid of an owner",
	"internal/doctor/check_go.go":        "the check of sudo finds no sudo",
	"internal/doctor/check_login.go":     "there are no login shells",
	"internal/doctor/check_open.go":      "it needs modes",
	"internal/doctor/check_private.go":   "it needs modes",
	"internal/doctor/advice_env_file.go": "the lines of Unix; shell.PlainText has that of Windows",
	"internal/doctor/check_system.go":    "there are no limits of open files and memory, nor the check umask",
	"internal/doctor/doctor.go":          "it names the checks that are not there",
	"internal/explain/cache.go":          "it needs the uid of an owner, or a limit of open files",
	"internal/explain/explain.go":        "it needs the uid of an owner, or kills that the kernel counts",
	"internal/explain/sum.go":            "it needs the uid of an owner",
	"internal/install/install.go":        "only root and users of Unix have a uid",
	"internal/login/startup.go":          "there are no start-up files of shells",
	"internal/prefill/prefill.go":        "there is no sudo; installInto looks at the system",
	"internal/safecmd/audit.go":          "there is no syslog",
	"internal/safecmd/fix.go":            "there is no root",
	"internal/safecmd/share.go":          "it needs modes",
	"internal/safecmd/verify.go":         "it needs the uid of an owner",
	"internal/shell/shell.go":            "it has a dialect for each shell",
}

// What go-safe says on Windows has no words of a POSIX shell. They stand in files of Unix, or in internal/shell.
func TestWordsOfWindows(t *testing.T) {
	used := make(map[string]bool)
	for file, texts := range windowsTexts(t) {
		for _, text := range texts {
			// Export is also a word of go safe audit.
			if !posixWords.MatchString(strings.ReplaceAll(text, "audit export ", "")) {
				continue
			}
			if why, ok := posixOnly[file]; ok && why != "" {
				used[file] = true
				continue
			}
			t.Errorf("%s: %q", file, text)
		}
	}
	for file := range posixOnly {
		if !used[file] {
			t.Errorf("%s has no such text: take it out of the list", file)
		}
	}
}

// windowsTexts returns the constant strings in the files of this module that are part of go-safe.exe, by file.
func windowsTexts(t *testing.T) map[string][]string {
	cmd := exec.Command("go", "list", "-deps", "-json=Dir,GoFiles,Module", "./cmd/go-safe")
	cmd.Dir = ".."
	cmd.Env = append(cmd.Environ(), "GOOS=windows", "CGO_ENABLED=0")
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	top, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	texts := make(map[string][]string)
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p struct {
			Dir     string
			GoFiles []string
			Module  *struct{ Main bool }
		}
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		if p.Module == nil || !p.Module.Main {
			continue
		}
		for _, name := range p.GoFiles {
			file := filepath.Join(p.Dir, name)
			texts[strings.TrimPrefix(file, top+"/")] = textsIn(t, file)
		}
	}
	return texts
}

func textsIn(t *testing.T, file string) (texts []string) {
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(f, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			text, _ := strconv.Unquote(lit.Value)
			texts = append(texts, text)
		}
		return true
	})
	return texts
}

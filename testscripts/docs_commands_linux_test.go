package testscripts

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/mod/module"
)

// The commands in the documents work as they stand there: those of one document in one session of an ordinary user, on
// a machine of its own (docs.sh). A block of sh must succeed, and a transcript (console) must print what it shows.
// Plain go must print the texts in the headings of errors.md.
func TestDocumentedCommands(t *testing.T) {
	m := newDocsMachine(t)
	for _, path := range userDocuments(t) {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".md"), func(t *testing.T) {
			parts, installed := sessionOf(readDocument(t, path)), true
			switch path {
			case "../README.md", "../docs/ci.md": // these install it
				installed = false
			case "../docs/errors.md":
				parts, installed = append(parts, errorSession()...), false
			}
			if len(parts) == 0 {
				t.Skip("has no commands that can be run")
			}
			m.run(t, path, parts, installed)
		})
	}
}

// A docsMachine is what the machines of docs.sh have in common.
type docsMachine struct {
	*suite
	warm       string // a build cache
	proxy      string // a GOPROXY with this repository, and what it needs
	repository string // this repository, to be cloned
}

func newDocsMachine(t *testing.T) *docsMachine {
	if !*long {
		t.Skip("takes minutes; to run it: -long")
	}
	m := &docsMachine{suite: newSuite(t)}
	if !m.otherUser() || !m.trueGo() {
		t.Skip("needs root and the true go; not with -short")
	}
	for _, name := range []string{"unshare", "sudo", "git"} {
		if _, err := exec.LookPath(name); err != nil {
			t.Skip("needs ", name)
		}
	}
	src := filepath.Join(m.root, "src")
	var err error
	if m.warm, err = m.warmCache(); err != nil {
		t.Fatal(err)
	}
	// go install builds without -trimpath, and so takes other entries of the cache for the standard library.
	if err := m.suite.warm(m.warm, src, []string{"build", "-o", os.DevNull, "./cmd/go-safe"}); err != nil {
		t.Fatal(err)
	}
	m.proxy = m.publishGoSafe(t)
	m.repository = filepath.Join(m.root, "repository")
	if err := os.CopyFS(m.repository, os.DirFS(src)); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"init", "-q"}, {"add", "-A"}, {"commit", "-q", "-m", "x"}} {
		id := []string{"-C", m.repository, "-c", "user.name=x", "-c", "user.email=x"}
		mustRun(t, exec.Command("git", append(id, args...)...))
	}
	return m
}

// publishGoSafe makes a GOPROXY of this repository and the modules that it needs.
func (s *suite) publishGoSafe(t *testing.T) string {
	dir, mods := filepath.Join(s.root, "gosafeproxy"), filepath.Join(s.root, "mods")
	version := module.Version{Path: "github.com/go-safe/go-safe", Version: "v0.1.0"}
	if err := addToProxy(dir, version, filepath.Join(s.root, "src")); err != nil {
		t.Fatal(err)
	}
	cached := filepath.Join(goEnv(t, "GOMODCACHE"), "cache", "download")
	cmd := exec.Command("go", "mod", "download")
	cmd.Dir = filepath.Join(s.root, "src")
	cmd.Env = append(os.Environ(), "GOMODCACHE="+mods, "GOPROXY=file://"+cached+","+goEnv(t, "GOPROXY"), "GOWORK=off")
	mustRun(t, cmd)
	for _, dir := range []string{dir, mods} {
		if err := shareTree(dir); err != nil {
			t.Fatal(err)
		}
	}
	return fmt.Sprintf("file://%s,file://%s/cache/download,file://%s", dir, mods, filepath.Join(s.root, "versions"))
}

// A part is a block of sh, or one command of a transcript.
type part struct {
	line     int
	commands string
	shown    string // by a transcript: what the command prints
	console  bool
}

// sessionOf returns what is to be run of a document, in its order.
func sessionOf(d *document) (parts []part) {
	for _, f := range d.fences {
		switch {
		case f.note != "":
		case f.lang == "sh":
			parts = append(parts, part{line: f.line, commands: f.text})
		case f.lang == "yaml":
			for _, step := range stepsOf(f) {
				// What a step writes to this file comes first on PATH in the next ones.
				step = fmt.Sprintf("(\n%s)\nwhile read -r dir; do PATH=$dir:$PATH; done <$GITHUB_PATH\n", step)
				parts = append(parts, part{line: f.line, commands: step})
			}
		case f.lang == "console":
			for i, line := range strings.Split(strings.TrimSuffix(f.text, "\n"), "\n") {
				if command, ok := strings.CutPrefix(line, "$ "); ok {
					parts = append(parts, part{line: f.line + 1 + i, commands: command + "\n", console: true})
				} else if len(parts) > 0 {
					parts[len(parts)-1].shown += line + "\n"
				}
			}
		}
	}
	return parts
}

// run runs the parts in one shell, so that a directory that one changes to is that of the next one. Name is that of
// the file that they are from.
func (m *docsMachine) run(t *testing.T, name string, parts []part, installed bool) {
	dir, err := os.MkdirTemp(filepath.Join(m.root, "work"), "docs-")
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if !keepWork() {
			removeTree(dir)
		}
	}()
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	script, err := writeSession(dir, parts)
	if err != nil {
		t.Fatal(err)
	}
	machine, err := filepath.Abs("docs.sh")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithDeadline(context.Background(), m.deadline)
	defer cancel()
	cmd := exec.CommandContext(ctx, "unshare", "-m", "sh", machine, script)
	cmd.Dir = dir
	cmd.Env = append(networkVariables(), "PATH="+m.systemPath, "WARM="+m.warm, "GOPROXY="+m.proxy,
		"REPOSITORY="+m.repository, "GOREAL="+filepath.Join(m.goroot, "bin"), "SHIM=")
	if installed {
		cmd.Env = append(cmd.Env, "SHIM="+filepath.Join(m.root, "shim"))
	}
	out, err := cmd.CombinedOutput()

	ended := func(i int) bool {
		_, err := os.Stat(filepath.Join(dir, "said", fmt.Sprint(i+1)))
		return err == nil
	}
	for i, p := range parts {
		said, _ := os.ReadFile(filepath.Join(dir, "said", fmt.Sprint(i)))
		switch {
		case !ended(i):
			t.Fatalf("%s:%d: %v\n%s%s%s", name, p.line, err, p.commands, said, out)
		case p.console && !matches(p.shown, string(said)):
			t.Errorf("%s:%d: %s%s\nwant\n%s", name, p.line, p.commands, said, p.shown)
		}
	}
}

// writeSession writes the script that runs the parts. What part N prints goes to $SAID/N; that there is an N+1 tells
// that it ended well.
func writeSession(dir string, parts []part) (script string, err error) {
	var b strings.Builder
	for i, p := range parts {
		fmt.Fprintf(&b, "exec >\"$SAID/%d\" 2>&1\n", i)
		if p.console {
			fmt.Fprintf(&b, "set +e\n%sset -e\n", p.commands)
		} else {
			b.WriteString(p.commands)
		}
	}
	fmt.Fprintf(&b, "exec >\"$SAID/%d\"\n", len(parts))
	script = filepath.Join(dir, "session.sh")
	return script, os.WriteFile(script, []byte(b.String()), 0o644)
}

// matches compares what a transcript shows with what was printed. An ellipsis stands for anything; on a line of its
// own, for any lines.
func matches(shown, said string) bool {
	pattern := regexp.QuoteMeta(shown)
	pattern = regexp.MustCompile(`(?m)^…\n`).ReplaceAllString(pattern, "(?:.*\n)*")
	pattern = strings.ReplaceAll(pattern, "…", ".*")
	return regexp.MustCompile(`\A` + pattern + `\z`).MatchString(said)
}

// An ellipsis in a transcript stands for what differs, and for nothing else.
func TestTranscriptMatches(t *testing.T) {
	for _, tt := range []struct {
		shown, said string
		want        bool
	}{
		{"a\n", "a\n", true},
		{"a\n", "a\nb\n", false},
		{"a.\n", "ab\n", false},
		{"", "a\n", false},
		{"a … c\n", "a b c\n", true},
		{"a … c\n", "a\nc\n", false},
		{"a\n…\nc\n", "a\nb\nb\nc\n", true},
		{"a\n…\nc\n", "a\nb\n", false},
	} {
		if got := matches(tt.shown, tt.said); got != tt.want {
			t.Errorf("%q, %q: %t", tt.shown, tt.said, got)
		}
	}
}

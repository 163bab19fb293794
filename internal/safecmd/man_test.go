package safecmd

import (
	"bytes"
	"flag"
	"fmt"
	"go/doc/comment"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "write packaging/go-safe.1 anew")

const (
	manual  = "../../cmd/go-safe/doc.go"
	manPage = "../../packaging/go-safe.1"
)

// The man page has the texts of the manual and of go safe help. To write it anew:
//
//	go test ./internal/safecmd -run TestManPage -update
func TestManPage(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), manual, nil, parser.ParseComments|parser.PackageClauseOnly)
	if err != nil {
		t.Fatal(err)
	}
	// The date is that of the last change.
	date := regexp.MustCompile(`(?m)^(\.TH GO-SAFE 1 )\S+`)
	want := man(new(comment.Parser).Parse(file.Doc.Text()), time.Now().Format(time.DateOnly))
	have, err := os.ReadFile(manPage)
	if bytes.Equal(date.ReplaceAll(have, []byte("$1")), date.ReplaceAll(want, []byte("$1"))) {
		return
	}
	if !*update {
		t.Fatalf("%s is not up to date (%v); run: go test ./internal/safecmd -run TestManPage -update", manPage, err)
	}
	if err := os.WriteFile(manPage, want, 0o666); err != nil {
		t.Fatal(err)
	}
}

// Programs that read man pages find nothing wrong with it.
func TestManPageReads(t *testing.T) {
	for _, line := range [][]string{
		{"mandoc", "-T", "lint", "-W", "warning", manPage},
		{"groff", "-man", "-ww", "-z", manPage},
	} {
		t.Run(line[0], func(t *testing.T) {
			if _, err := exec.LookPath(line[0]); err != nil {
				t.Skip(err)
			}
			if out, err := exec.Command(line[0], line[1:]...).CombinedOutput(); err != nil || len(out) > 0 {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}

// man returns the man page, in the macros of man(7). The commands come after the first part of the manual.
func man(doc *comment.Doc, date string) []byte {
	r := &roff{}
	r.line(`.\" Made by TestManPage from cmd/go-safe/doc.go and internal/safecmd/help.go. Do not edit.`)
	r.line(".TH GO-SAFE 1 %s go-safe \"User Commands\"", date)
	r.heading(".SH", "NAME")
	r.line(`go\-safe \- a go command that works where plain go fails`)
	r.heading(".SH", "SYNOPSIS")
	for _, b := range doc.Content {
		if code, ok := b.(*comment.Code); ok {
			r.code(code.Text)
			break
		}
	}
	r.heading(".SH", "DESCRIPTION")
	synopsis, commands := true, true
	for _, b := range doc.Content {
		switch b := b.(type) {
		case *comment.Heading:
			if commands {
				r.commands()
			}
			commands = false
			r.heading(".SH", strings.ToUpper(plain(b.Text)))
		case *comment.Paragraph:
			if text := plain(b.Text); text != "Usage:" {
				r.paragraph(text)
			}
		case *comment.Code:
			if !synopsis {
				r.code(b.Text)
			}
			synopsis = false
		case *comment.List:
			r.list(b)
		}
	}
	r.heading(".SH", "SEE ALSO")
	r.paragraph("go help, https://github.com/go-safe/go-safe")
	return r.Bytes()
}

// A roff is a text for troff(1).
type roff struct {
	bytes.Buffer
	begun bool // a section has begun and has no text yet: it needs no macro for a paragraph
}

func (r *roff) line(format string, args ...any) { fmt.Fprintf(r, format+"\n", args...) }

func (r *roff) heading(macro, text string) {
	r.line("%s \"%s\"", macro, escape(text))
	r.begun = true
}

// paragraph prints a text of which troff may break the lines.
func (r *roff) paragraph(text string) {
	if !r.begun {
		r.line(".PP")
	}
	r.begun = false
	r.text(text)
}

// text prints each sentence on a line of its own, as man-pages(7) wants it.
func (r *roff) text(text string) {
	text = strings.Join(strings.Fields(text), " ")
	for _, sentence := range strings.SplitAfter(strings.ReplaceAll(text, ". ", ".\n"), "\n") {
		r.line("%s", protect(escape(strings.TrimSpace(sentence))))
	}
}

// code prints lines as they are.
func (r *roff) code(text string) {
	if !r.begun {
		r.line(".PP")
	}
	r.begun = false
	r.line(".RS 4\n.nf")
	for line := range strings.Lines(text) {
		r.line("%s", protect(escape(spaces(strings.TrimRight(line, "\n")))))
	}
	r.line(".fi\n.RE")
}

// spaces replaces tabs by blanks.
func spaces(line string) string {
	var b strings.Builder
	for _, c := range line {
		if c != '\t' {
			b.WriteRune(c)
			continue
		}
		b.WriteByte(' ')
		for b.Len()%8 != 0 {
			b.WriteByte(' ')
		}
	}
	return b.String()
}

func (r *roff) list(l *comment.List) {
	for _, item := range l.Items {
		mark, width := `\(bu`, 2
		if item.Number != "" {
			mark, width = item.Number+".", 4
		}
		for _, b := range item.Content {
			if p, ok := b.(*comment.Paragraph); ok {
				r.line(`.IP "%s" %d`, mark, width)
				r.text(plain(p.Text))
				mark = ""
			}
		}
	}
	r.begun = false
}

// commands prints what go safe help says of each command.
func (r *roff) commands() {
	r.heading(".SH", "COMMANDS")
	for _, v := range verbList {
		r.heading(".SS", strings.TrimSpace("go safe "+v.name+" "+v.args))
		r.paragraph(sentence(v.about))
		if v.more != "" {
			r.paragraph(v.more)
		}
		for _, f := range v.flags {
			if f.about == "" { // nobody is told of it
				continue
			}
			r.line(".TP\n.B %s", escape(strings.TrimSpace(f.name+" "+f.value)))
			r.text(sentence(f.about))
		}
		r.lines("Examples:", "go safe ", v.examples)
		r.lines("Exit status:", "", v.statuses)
	}
}

func (r *roff) lines(title, before string, lines []string) {
	if len(lines) > 0 {
		r.paragraph(title)
		r.code(before + strings.Join(lines, "\n"+before))
	}
}

// escape replaces what troff takes for something else: a hyphen would become one that no shell knows.
func escape(text string) string {
	return strings.NewReplacer(
		`\`, `\e`, "-", `\-`, "'", `\(aq`, "`", `\(ga`, "^", `\(ha`, "~", `\(ti`, `"`, `\(dq`, "…", "...",
	).Replace(text)
}

// protect keeps troff from taking a line for a macro.
func protect(line string) string {
	if strings.HasPrefix(line, ".") {
		return `\&` + line
	}
	return line
}

// plain returns a text of a comment. The manual has no links in it.
func plain(list []comment.Text) string {
	var b strings.Builder
	for _, t := range list {
		switch t := t.(type) {
		case comment.Plain:
			b.WriteString(string(t))
		case comment.Italic:
			b.WriteString(string(t))
		case *comment.Link:
			b.WriteString(plain(t.Text))
		case *comment.DocLink:
			b.WriteString(plain(t.Text))
		}
	}
	return b.String()
}

package main

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/go-safe/go-safe/doctor"
)

// A doctorPrinter prints what the doctor found: a line for each check, what to type on a line of its own that can be pasted. The worst
// comes last, where it is still to be seen.
type doctorPrinter struct {
	w       io.Writer
	home    string // shown as ~
	width   int    // of the terminal, 0 for none: lines are not broken there
	verbose bool
}

// newDoctorPrinter prints to w, for a machine on which HOME may be anything.
func newDoctorPrinter(w io.Writer, m *doctor.Machine, verbose bool) doctorPrinter {
	p := doctorPrinter{w: w, verbose: verbose}
	if f, ok := w.(*os.File); ok {
		p.width, _ = terminal(f)
	}
	if home, _ := m.Settings.Getenv("HOME"); home != "/" {
		if _, err := os.Stat(home); err == nil {
			p.home = home
		}
	}
	return p
}

// print prints the groups, the worst last, and the checks in each likewise.
func (p doctorPrinter) print(results []doctor.Result) error {
	var groups []string
	worst := make(map[string]doctor.Status)
	for _, r := range results {
		if _, ok := worst[r.Group]; !ok {
			groups, worst[r.Group] = append(groups, r.Group), doctor.OK
		}
		if doctor.Compare(r.Status, worst[r.Group]) > 0 {
			worst[r.Group] = r.Status
		}
	}
	slices.SortStableFunc(groups, func(a, b string) int { return doctor.Compare(worst[a], worst[b]) })
	results = slices.Clone(results)
	slices.SortStableFunc(results, func(a, b doctor.Result) int { return doctor.Compare(a.Status, b.Status) })
	counts := make(map[doctor.Status]int)
	for _, g := range groups {
		fmt.Fprintln(p.w, g)
		for _, r := range results {
			if r.Group == g {
				p.result(r)
				counts[r.Status]++
			}
		}
	}
	_, err := fmt.Fprintln(p.w, summary(counts))
	return err
}

// result prints a check.
func (p doctorPrinter) result(r doctor.Result) {
	text := p.short(r.Looked)
	if r.Found != "" {
		text = strings.TrimPrefix(text+": "+p.short(r.Found), ": ")
	}
	head := fmt.Sprintf("  %-8s %-17s ", r.Status, r.ID)
	p.wrap(head, text)
	if r.Type != "" {
		fmt.Fprintf(p.w, "%*stype: %s\n", indent, "", r.Type)
	}
	if !p.verbose {
		return
	}
	if r.Why != "" {
		p.wrap(fmt.Sprintf("%*s", indent, ""), "why: "+r.Why)
	}
	for _, d := range r.Details {
		p.wrap(fmt.Sprintf("%*s", indent, ""), p.short(d))
	}
	if r.Milliseconds >= 100 {
		p.wrap(fmt.Sprintf("%*s", indent, ""), fmt.Sprintf("took %d ms", r.Milliseconds))
	}
}

// indent is where lines that belong to a check begin.
const indent = 11

// wrap prints text behind head, broken at blanks where it would not fit into the terminal.
func (p doctorPrinter) wrap(head, text string) {
	line := head
	for word := range strings.SplitSeq(oneLine(text), " ") {
		if p.width > 0 && len([]rune(line))+len([]rune(word)) >= p.width && strings.TrimSpace(line) != "" {
			fmt.Fprintln(p.w, strings.TrimRight(line, " "))
			line = strings.Repeat(" ", indent)
		}
		line += word + " "
	}
	fmt.Fprintln(p.w, strings.TrimRight(line, " "))
}

// short shows the home as ~, where it stands as a path or begins one, but where it is itself what was looked at.
func (p doctorPrinter) short(text string) string {
	if p.home == "" || text == "HOME="+p.home {
		return text
	}
	var b strings.Builder
	for {
		before, after, found := strings.Cut(text, p.home)
		b.WriteString(before)
		if !found {
			return b.String()
		}
		begins := b.Len() == 0 || strings.ContainsAny(b.String()[b.Len()-1:], " =:,(")
		ends := after == "" || strings.ContainsAny(after[:1], "/ :;,)")
		if begins && ends {
			b.WriteString("~")
		} else {
			b.WriteString(p.home)
		}
		text = after
	}
}

// summary counts, the worst first.
func summary(counts map[doctor.Status]int) string {
	var parts []string
	for _, s := range []doctor.Status{doctor.Broken, doctor.Unknown, doctor.Warning, doctor.OK} {
		if n := counts[s]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, cmp.Or(plural(s, n), string(s))))
		}
	}
	return strings.Join(parts, ", ")
}

func plural(s doctor.Status, n int) string {
	if s == doctor.Warning && n > 1 {
		return "warnings"
	}
	return ""
}

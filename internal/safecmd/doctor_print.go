package safecmd

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/go-safe/go-safe/envfix"
	"github.com/go-safe/go-safe/internal/doctor"
	"github.com/go-safe/go-safe/internal/say"
)

// A doctorPrinter prints what the doctor found. If nothing is wrong, that is four lines. Else it is one finding for
// each cause, the worst last, where a terminal still shows it, and how many checks passed.
type doctorPrinter struct {
	w       io.Writer
	style   say.Style
	home    string   // shown as ~
	width   int      // of the terminal; 0 for none, then lines are not broken
	head    []string // lines that say what was looked at
	verbose bool     // list all checks, by group, and tell all about each
	named   bool     // the user named the checks: list all of them
	fix     bool     // the user wanted to have them fixed
}

// newDoctorPrinter returns a printer to w. HOME may be anything on that machine: only one that exists is shortened.
func newDoctorPrinter(w io.Writer, m *doctor.Machine, cmd doctorCommand) doctorPrinter {
	p := doctorPrinter{
		w: w, style: say.StyleOf(w, m.Environ), width: say.Width(w),
		verbose: cmd.verbose, named: cmd.named, fix: cmd.fix,
	}
	if home := m.Settings.Getenv("HOME"); home != "/" {
		if _, err := os.Stat(home); err == nil {
			p.home = home
		}
	}
	works := "works    build, test, run, install, get, env -w (--net asks servers too)"
	if cmd.net {
		works = "works    build, test, run, install, get, env -w, and the network"
	}
	own, _ := thisBuild()
	p.head = []string{
		"go-safe  " + own.Version + "  " + m.Exe,
		"real go  " + envfix.Version(m.Real.GOROOT) + "  " + m.Real.Path,
		works,
	}
	return p
}

// print prints the results, except the findings about which the user knows already.
func (p doctorPrinter) print(results []doctor.Result, told map[string]bool) error {
	found := findings(results)
	if !p.named && len(found) == 0 {
		for _, line := range p.head {
			p.wrap("", line, len("works    "))
		}
	}
	printed := false
	if p.verbose || p.named {
		printed = p.list(results)
	}
	for _, f := range found {
		if told[f.ID] {
			continue
		}
		if printed {
			fmt.Fprintln(p.w)
		}
		p.finding(f)
		printed = true
	}
	if printed && len(found) > 0 {
		fmt.Fprintln(p.w)
	}
	p.wrap("", p.summary(results, found), 0)
	return nil
}

// A finding is a result that the user must know, and those with the same cause.
type finding struct {
	doctor.Result
	also []doctor.Result
}

// findings returns one finding for each cause, the worst last.
func findings(results []doctor.Result) (found []finding) {
	for _, r := range results {
		if r.Status != doctor.OK && !r.Excused && r.Cause == "" {
			found = append(found, finding{Result: r})
		}
	}
	for _, r := range results {
		for i := range found {
			if r.Cause != "" && found[i].ID == r.Cause {
				found[i].also = append(found[i].also, r)
			}
		}
	}
	// What could not be looked at is less than what is wrong.
	order := []doctor.Status{doctor.Skipped, doctor.Warning, doctor.Broken}
	slices.SortStableFunc(found, func(a, b finding) int {
		return slices.Index(order, a.Status) - slices.Index(order, b.Status)
	})
	return found
}

// list prints a line for each check that passed or had a good reason to be skipped, and reports whether there is one.
func (p doctorPrinter) list(results []doctor.Result) (printed bool) {
	group := ""
	for _, r := range results {
		if r.Status != doctor.OK && !r.Excused {
			continue
		}
		if p.verbose && r.Group != group {
			fmt.Fprintln(p.w, p.style.Paint(say.Bold, r.Group))
			group = r.Group
		}
		p.first(r, fmt.Sprintf("%-17s", r.ID))
		p.more(r)
		printed = true
	}
	return printed
}

// finding prints what is wrong, why that matters, what to run, and what holds meanwhile.
func (p doctorPrinter) finding(f finding) {
	p.first(f.Result, f.ID)
	p.labelled("why", f.Why)
	if f.Advice != "" {
		// The line is not broken, because it is to be pasted.
		fmt.Fprintf(p.w, "%*sfix: %s\n", indent, "", p.style.Paint(say.Bold, f.Advice))
	}
	p.labelled("now", p.short(f.Now))
	var also []string
	for _, r := range f.also {
		text := r.ID
		if r.Status != doctor.Skipped && (r.Looked != f.Looked || r.Found != f.Found) {
			text += " (" + p.short(about(r)) + ")"
		}
		also = append(also, text)
	}
	p.labelled("also", strings.Join(also, ", "))
	if f.See != "" {
		fmt.Fprintf(p.w, "%*ssee: %s\n", indent, "", f.See)
	}
	p.more(f.Result)
}

// about says what a check looked at and what it found.
func about(r doctor.Result) string {
	if r.Found == "" {
		return r.Looked
	}
	return strings.TrimPrefix(r.Looked+": "+r.Found, ": ")
}

// first prints the first line about a check.
func (p doctorPrinter) first(r doctor.Result, id string) {
	symbol, colour := "✓", say.Green
	switch r.Status {
	case doctor.Warning:
		symbol, colour = "!", say.Yellow
	case doctor.Broken:
		symbol, colour = "✗", say.Red
	case doctor.Skipped:
		symbol, colour = "-", say.Cyan
	}
	status := fmt.Sprintf("%s%-8s ", p.style.Symbol(symbol), r.Status)
	head := p.style.Paint(colour, status) + p.style.Paint(say.Bold, id) + "  "
	p.wrapAfter(head, utf8.RuneCountInString(status+id)+2, p.short(about(r)), indent)
}

// labelled prints a text with a label, if there is one.
func (p doctorPrinter) labelled(label, text string) {
	if text != "" {
		p.wrap(fmt.Sprintf("%*s%s: ", indent, "", label), text, indent+len(label)+2)
	}
}

// more prints further facts about a check, with -v.
func (p doctorPrinter) more(r doctor.Result) {
	if !p.verbose {
		return
	}
	blanks := strings.Repeat(" ", indent)
	for _, d := range r.Details {
		p.wrap(blanks, p.short(d), indent)
	}
	if r.Milliseconds >= 100 {
		p.wrap(blanks, fmt.Sprintf("took %d ms", r.Milliseconds), indent)
	}
}

// indent is the column where further lines about a check begin.
const indent = 4

// wrap prints text after head, and breaks the line at blanks if the terminal is too narrow. Further lines are indented.
func (p doctorPrinter) wrap(head, text string, indent int) {
	p.wrapAfter(head, utf8.RuneCountInString(head), text, indent)
}

// wrapAfter is wrap for a head with control sequences, which has so many columns.
func (p doctorPrinter) wrapAfter(head string, columns int, text string, indent int) {
	say.Wrap(p.w, p.width, head, columns, text, indent)
}

// short replaces the home by ~ where it is a path or the beginning of one, except if HOME itself was looked at.
func (p doctorPrinter) short(text string) string {
	if p.home == "" || strings.HasPrefix(text, "HOME="+p.home) && !strings.HasPrefix(text, "HOME="+p.home+"/") {
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

// summary counts the findings, the worst first, and the checks that passed and that were skipped.
func (p doctorPrinter) summary(results []doctor.Result, found []finding) string {
	problems, checks := make(map[doctor.Status]int), make(map[doctor.Status]int)
	fixes := 0
	for _, f := range found {
		problems[f.Status]++
		if f.Fix {
			fixes++
		}
	}
	for _, r := range results {
		checks[r.Status]++
	}
	var parts, notes []string
	if n := problems[doctor.Broken]; n > 0 {
		parts = append(parts, fmt.Sprintf("%d broken", n))
	}
	if n := problems[doctor.Warning]; n > 0 {
		parts = append(parts, say.Count(n, "warning"))
	}
	if n := checks[doctor.OK]; n > 0 || len(parts) == 0 {
		parts = append(parts, say.Count(n, "check")+" passed")
	}
	if n := checks[doctor.Skipped]; n > 0 {
		parts = append(parts, fmt.Sprintf("%d skipped", n))
	}
	if !p.verbose && !p.named {
		notes = append(notes, "-v lists them")
	}
	switch {
	case fixes > 0:
		notes = append(notes, fmt.Sprintf("--fix can fix %d", fixes))
	case p.fix && len(found) > 0:
		notes = append(notes, "--fix can fix none of them")
	}
	if len(notes) > 0 {
		return strings.Join(parts, ", ") + " (" + strings.Join(notes, "; ") + ")"
	}
	return strings.Join(parts, ", ")
}

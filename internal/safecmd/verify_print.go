package safecmd

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/go-safe/go-safe/internal/modverify"
	"github.com/go-safe/go-safe/internal/say"
	"github.com/go-safe/go-safe/internal/shell"
)

// A damage is a finding as go safe verify shows it; the field names are part of the JSON form.
type damage struct {
	Module  string         `json:"module,omitempty"` // path@version; none for what belongs to no module
	Kind    modverify.Kind `json:"kind"`
	Path    string         `json:"path"`
	What    string         `json:"what"`
	Healed  bool           `json:"healed"`
	Problem string         `json:"problem,omitempty"` // why it was not healed
}

// damages returns what was found, and whether it was healed.
func (v *verifier) damages() []damage {
	list := []damage{}
	for i, r := range v.before {
		left := v.after[i]
		for _, f := range r.Findings {
			d := damage{Kind: f.Kind, Path: f.Path, What: f.What}
			if r.Entry.Path != "" {
				d.Module = r.Entry.String()
			}
			still := slices.ContainsFunc(left.Findings, func(l modverify.Finding) bool { return l.Path == f.Path })
			d.Healed = v.heal && !still && left.Err == nil && !left.Busy
			if err := v.explainOwner(left.Err); err != nil && !d.Healed {
				d.Problem = err.Error()
			}
			list = append(list, d)
		}
	}
	slices.SortFunc(list, func(a, b damage) int { return strings.Compare(a.Path, b.Path) })
	return list
}

// print prints one line for each finding, and one at the end.
func (v *verifier) print(w io.Writer) error {
	if v.unread != nil {
		for line := range strings.Lines(v.unread.Error()) { // they are joined
			v.say.Line("%s", strings.TrimSpace(line))
		}
	}
	for i, r := range v.after {
		if r.Err != nil && !damaged(v.before[i]) {
			v.say.Line("%s was not verified: %v", r.Entry.Version, r.Err)
		}
	}
	list := v.damages()
	if v.json {
		return printJSON(w, list)
	}
	for _, d := range list {
		fmt.Fprintf(w, "%s %s; %s\n", say.OneLine(d.Path), say.OneLine(d.What), v.remedy(d))
	}
	_, err := fmt.Fprintln(w, v.summary(list))
	return err
}

// remedy returns the end of a finding's line: what to run, or whether it was healed.
func (v *verifier) remedy(d damage) string {
	switch {
	case d.Healed && d.Kind == modverify.ChangedDir:
		// The build cache keeps an index of each module that a build has read, by the name of its directory alone
		// (cmd/go/internal/modindex.moduleHash).
		return "healed; if builds that read it go on failing, run: go clean -cache"
	case d.Healed:
		return "healed"
	case !v.heal:
		return strings.TrimSpace(say.Runnable("run: "+shell.Self+" safe verify --heal "+d.Module, v.say.Environ))
	case d.Problem != "":
		return "not healed: " + say.Runnable(d.Problem, v.say.Environ)
	}
	return "not healed"
}

// summary returns the last line.
func (v *verifier) summary(list []damage) string {
	unseen := 0
	for _, r := range v.before {
		if r.Err != nil {
			unseen++
		}
	}
	text := fmt.Sprintf("%s: %s verified in %s",
		say.OneLine(v.dir), say.Count(len(v.before)-unseen, "module version"), v.took.Round(time.Millisecond))
	if unseen > 0 {
		text += fmt.Sprintf(", %d could not be looked at", unseen)
	}
	switch {
	case len(list) > 0:
		text += fmt.Sprintf(": %d damaged", len(list))
	case unseen > 0 || v.unread != nil:
		return text + ": no damage seen"
	default:
		return text + ": all as they should be"
	}
	if v.heal {
		healed := 0
		for _, d := range list {
			if d.Healed {
				healed++
			}
		}
		text += fmt.Sprintf(", %d healed", healed)
	}
	return text
}

// status returns the exit status: exitDamaged, ExitFailed if something could not be read, or 0.
func (v *verifier) status() int {
	status := 0
	if v.unread != nil {
		status = say.ExitFailed
	}
	for i, r := range v.after {
		switch {
		case len(r.Findings) > 0, r.Err != nil && damaged(v.before[i]):
			return exitDamaged
		case r.Err != nil:
			status = say.ExitFailed
		}
	}
	return status
}

package main

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/go-safe/go-safe/modcache"
)

// A damage is a finding as go safe verify shows it; the field names are part of the JSON form.
type damage struct {
	Module  string        `json:"module,omitempty"` // path@version; none for what belongs to no module
	Kind    modcache.Kind `json:"kind"`
	Path    string        `json:"path"`
	What    string        `json:"what"`
	Healed  bool          `json:"healed"`
	Problem string        `json:"problem,omitempty"` // why it was not healed
}

// damages lists what was found, with what became of it.
func (v *verifier) damages() []damage {
	list := []damage{}
	for i, r := range v.before {
		left := v.after[i]
		for _, f := range r.Findings {
			d := damage{Kind: f.Kind, Path: f.Path, What: f.What}
			if r.Entry.Mod.Path != "" {
				d.Module = r.Entry.Mod.String()
			}
			still := slices.ContainsFunc(left.Findings, func(l modcache.Finding) bool { return l.Path == f.Path })
			d.Healed = v.heal && !still && left.Err == nil && !left.Busy
			if err := v.whoCould(left.Err); err != nil && !d.Healed {
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
			v.say.line("%s", strings.TrimSpace(line))
		}
	}
	for i, r := range v.after {
		if r.Err != nil && !damaged(v.before[i]) {
			v.say.line("%s was not verified: %v", r.Entry.Mod, r.Err)
		}
	}
	list := v.damages()
	if v.json {
		return printJSON(w, list)
	}
	for _, d := range list {
		fmt.Fprintf(w, "%s %s; %s\n", visible(d.Path), visible(d.What), v.remedy(d))
	}
	_, err := fmt.Fprintln(w, v.summary(list))
	return err
}

// remedy is what is said behind a finding: what to type, or what came of it.
func (v *verifier) remedy(d damage) string {
	switch {
	case d.Healed:
		return "healed"
	case !v.heal:
		return strings.TrimSpace(typable("type: "+self+" safe verify --heal "+d.Module, v.say.environ))
	case d.Problem != "":
		return "not healed: " + visible(d.Problem)
	}
	return "not healed"
}

// summary is the last line.
func (v *verifier) summary(list []damage) string {
	unseen := 0
	for _, r := range v.before {
		if r.Err != nil {
			unseen++
		}
	}
	text := fmt.Sprintf("%s: %d module versions verified in %s", visible(v.dir), len(v.before)-unseen, v.took.Round(time.Millisecond))
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

// status is the exit status: something is damaged still, or could not be looked at, or all is well.
func (v *verifier) status() int {
	status := 0
	if v.unread != nil {
		status = exitFailed
	}
	for i, r := range v.after {
		switch {
		case len(r.Findings) > 0, r.Err != nil && damaged(v.before[i]):
			return exitDamaged
		case r.Err != nil:
			status = exitFailed
		}
	}
	return status
}

// visible quotes what others may have put into a name: line breaks, control sequences of terminals.
func visible(s string) string {
	if strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return strconv.Quote(s)
	}
	return s
}

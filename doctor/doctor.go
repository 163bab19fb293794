// Package doctor says what is wrong with the Go of this machine, why that matters and what to type.
//
// Its checks look with the probes that a run of go-safe uses. They write nothing, except that a small file is tried where there
// seems to be room, and where another machine gives the locks, one is
// tried on a file that is removed again; and they execute nothing but the go, the compiler and the git found, with no settings and
// no home of the user's, which only the go of a version manager gets. Each has a time limit. What asks servers, or runs the user's start-up
// files, is kept apart: NetChecks, LoginChecks.
package doctor

import (
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/go-safe/go-safe/internal/fsinfo"
)

// A Status is the outcome of a check.
type Status string

// The statuses, the best first.
const (
	OK      Status = "ok"
	Warning Status = "warning" // works behind go-safe, or works and is a risk
	Broken  Status = "broken"  // go commands fail of it
	Unknown Status = "unknown" // could not be looked at
)

// A Finding is what a check found.
type Finding struct {
	Status  Status   `json:"status"`
	Looked  string   `json:"looked"`            // at what: a path, or a setting and its value
	Found   string   `json:"found"`             // what is the matter with it; where all is well, what is to be known, or ""
	Why     string   `json:"why,omitempty"`     // why that matters
	Type    string   `json:"type,omitempty"`    // what to type, a line for a shell, passwords as xxxxx; "" where nothing is known that helps
	Fix     bool     `json:"fix,omitempty"`     // Type touches nothing but this user's own caches and temp folders, and loses nothing of worth
	Details []string `json:"details,omitempty"` // further facts
	ForRoot bool     `json:"-"`                 // Unknown, because only root could look: no look has failed

	in    string // the directory in which Type changes something; for Fix
	cause string // what several findings have in common, "" for nothing; see once
}

// A Check is one thing that is looked at.
type Check struct {
	ID    string // stable
	Group string
	Why   string // why a finding matters
	look  func(*Machine) Finding
}

// A Result is what a check found and how long that took.
type Result struct {
	ID    string `json:"id"`
	Group string `json:"group"`
	Finding
	Milliseconds int64 `json:"ms"`
}

// Checks returns all checks that need not be asked for, those of a group together.
func Checks() []Check {
	return slices.Concat(goChecks(), folderChecks(), cacheChecks(), settingChecks(), moduleChecks(), systemChecks())
}

// Run runs the checks beside each other. One that is not done within the limit is left behind, and unknown.
func Run(checks []Check, m *Machine, limit time.Duration) []Result {
	results := make([]Result, len(checks))
	var all sync.WaitGroup
	for i, c := range checks {
		all.Go(func() { results[i] = c.run(m, limit) })
	}
	all.Wait()
	once(results)
	return results
}

// run runs one check. A look that hangs in the kernel cannot be ended.
func (c Check) run(m *Machine, limit time.Duration) Result {
	begin := time.Now()
	done := make(chan Finding, 1)
	go func() { done <- c.look(m) }()
	var f Finding
	select {
	case f = <-done:
	case <-time.After(limit):
		f = Finding{Status: Unknown, Found: "no answer in " + limit.String()}
	}
	f.Looked = cmp.Or(f.Looked, c.Group) // a setting without a value, a path without a home
	if f.Why == "" && f.Status != OK {
		f.Why = c.Why
	}
	f = m.asRoot(f).kept().redacted().pasteable()
	return Result{ID: c.ID, Group: c.Group, Finding: f, Milliseconds: time.Since(begin).Milliseconds()}
}

// kept leaves it to root to type what others could redirect while it runs.
func (f Finding) kept() Finding {
	if !f.Fix || os.Geteuid() != 0 {
		return f
	}
	dir := filepath.Clean(f.in)
	for !exists(dir) && dir != filepath.Dir(dir) {
		dir = filepath.Dir(dir)
	}
	if err := fsinfo.Keeps(dir); err != nil {
		f.Fix = false
		f.Details = append(slices.Clone(f.Details), "not by --fix: "+err.Error())
	}
	return f
}

// pasteable leaves out what to type where it could not be printed and pasted as it stands: a terminal takes control characters for its own.
func (f Finding) pasteable() Finding {
	unprintable := func(r rune) bool { return !unicode.IsPrint(r) }
	if utf8.ValidString(f.Type) && !strings.ContainsFunc(f.Type, unprintable) {
		return f
	}
	f.Type, f.Fix = "", false
	f.Details = append(slices.Clone(f.Details), "what to type is left out: there is a control character in it")
	return f
}

// Worst is the worst status of the results: broken, then unknown, then warning. What only root could look at does not
// count, or nobody else had a machine in order.
func Worst(results []Result) Status {
	worst := OK
	for _, r := range results {
		if !r.ForRoot && severity(r.Status) > severity(worst) {
			worst = r.Status
		}
	}
	return worst
}

// Compare orders findings by how bad they are, as slices.SortStableFunc wants it.
func Compare(a, b Status) int { return severity(a) - severity(b) }

func severity(s Status) int {
	return slices.Index([]Status{OK, Warning, Unknown, Broken}, s)
}

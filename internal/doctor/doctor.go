// Package doctor says what is wrong with the Go of this machine, why that matters and which command fixes it.
//
// A check is a function from a Machine to a Finding. The checks are in the files check_*.go, each group with a table
// of its own; the commands that findings tell the user to run are written in the files advice*.go. What the checks
// know of file formats of other programs is in package formats.
//
// Checks look with the probes that a run of go-safe uses. They write nothing, with two exceptions: they try a small
// file where there seems to be room, and where another machine grants the locks, they try a lock on a file and remove
// that. They execute only the go, the compiler and the git that they find, another go-safe on PATH, netsh on Windows,
// and as root sudo. All but the go of a version manager run without the user's settings and home, and each has a time
// limit. Checks that ask servers or run the user's start-up files are separate: NetChecks, LoginChecks.
package doctor

import (
	"cmp"
	"runtime"
	"slices"
	"sync"
	"time"
)

// A Status is the outcome of a check.
type Status string

// The statuses, the best first.
const (
	OK      Status = "ok"
	Warning Status = "warning" // works behind go-safe, or works and is a risk
	Skipped Status = "skipped" // the check could not look
	Broken  Status = "broken"  // go commands fail because of it
)

// A Check looks at one thing.
type Check struct {
	ID      string // never changes
	Group   string
	Why     string // why a finding matters
	Now     string // what go-safe does meanwhile, unless the finding says so; "" for what its status means
	Heading string // the anchor of its heading in docs/errors.md
	look    func(*Machine) Finding
}

// A Result is what a check found and how long it took.
type Result struct {
	ID    string `json:"id"`
	Group string `json:"group"`
	Finding
	Cause        string `json:"cause,omitempty"` // the ID of the check whose finding has the same cause; see MergeCauses
	Milliseconds int64  `json:"ms"`
}

// Checks returns the checks that always run, those of a group together.
func Checks() []Check {
	all := slices.Concat(goChecks(), directoryChecks(), cacheChecks(), settingChecks(), moduleChecks(), systemChecks())
	if runtime.GOOS != "windows" {
		return all
	}
	return slices.DeleteFunc(append(all, WindowsChecks()...), func(c Check) bool {
		return slices.Contains(notOnWindows, c.ID)
	})
}

// notOnWindows are the checks of what Windows does not have.
var notOnWindows = []string{"sudo-path", "tmp-cleaned", "windows-drive", "nfs-locks", "selinux", "umask"}

// Run runs the checks in parallel. A check that takes longer than the limit is left behind, and counts as skipped.
func Run(checks []Check, m *Machine, limit time.Duration) []Result {
	results := make([]Result, len(checks))
	m.begun.Add(int64(len(checks)))
	var all sync.WaitGroup
	for i, c := range checks {
		all.Go(func() {
			results[i] = c.run(m, limit)
			m.done.Add(1)
		})
	}
	all.Wait()
	return results
}

// run runs one check. Nothing can end a system call that hangs, so it may go on after the limit.
func (c Check) run(m *Machine, limit time.Duration) Result {
	begin := time.Now()
	done := make(chan Finding, 1)
	go func() { done <- c.look(m) }()
	var f Finding
	select {
	case f = <-done:
	case <-time.After(limit):
		f = Finding{Status: Skipped, Found: "no answer in " + limit.String()}
	}
	f.Looked = cmp.Or(f.Looked, c.Group) // a setting without a value, a path without a home
	if f.Status != OK {
		f.Why = cmp.Or(f.Why, c.Why)
		f.See = errorsPage + c.Heading
	}
	switch f.Status {
	case Warning:
		f.Now = cmp.Or(f.Now, c.Now, "go-safe leaves it as it is")
	case Broken:
		f.Now = cmp.Or(f.Now, c.Now, "go commands fail, with go-safe too")
	}
	f = m.withoutSudo(f).safeForRoot().redacted().pasteable()
	return Result{ID: c.ID, Group: c.Group, Finding: f, Milliseconds: time.Since(begin).Milliseconds()}
}

// errorsPage explains the errors of the go command.
const errorsPage = "https://github.com/go-safe/go-safe/blob/main/docs/errors.md#"

// Worst returns the worst status of the results: broken, then skipped, then warning. What was skipped for a good reason
// does not count: otherwise a user who is not root never had a healthy machine.
func Worst(results []Result) Status {
	worst := OK
	for _, r := range results {
		if !r.Excused && Compare(r.Status, worst) > 0 {
			worst = r.Status
		}
	}
	return worst
}

// Compare orders statuses by how bad they are, for slices.SortStableFunc.
func Compare(a, b Status) int {
	order := []Status{OK, Warning, Skipped, Broken}
	return slices.Index(order, a) - slices.Index(order, b)
}

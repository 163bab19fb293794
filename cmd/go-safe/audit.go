package main

import (
	"cmp"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/go-safe/go-safe/envfix"
	"github.com/go-safe/go-safe/internal/audit"
	"github.com/go-safe/go-safe/internal/tree"
	"github.com/go-safe/go-safe/shim"
)

// record writes the record of the command, if one is wanted, when it is known how it ended. A second call does nothing.
// A command that exec replaces has no record, because nobody sees its end.
func (c *command) record(status shim.Status, report *tree.Report, cause audit.Cause) {
	if c.Audit == "" || c.recorded {
		return
	}
	c.recorded = true
	r := audit.Record{
		Time:   c.began.UTC(),
		UID:    os.Geteuid(),
		Class:  cmp.Or(c.Line.Verb, "unknown"),
		Dir:    audit.HashDir(c.Dir()),
		Go:     envfix.Version(c.Real.GOROOT),
		Status: status.Code,
		Millis: millis(time.Since(c.began)),
		Cause:  cause,
		Trace:  audit.TraceParent(envfix.Getenv(c.Environ, "TRACEPARENT")),
	}
	if status.Signal != nil {
		r.Signal, r.Status = status.Signal.String(), signalStatus(status.Signal)
	}
	for _, w := range c.locker.Waits() {
		wait := audit.Wait{Lock: w.Name, Millis: millis(w.Took), UID: -1, GaveUp: w.Failed}
		if len(w.Blockers) > 0 {
			wait.UID, wait.PID = w.Blockers[0].UID, w.Blockers[0].PID
		}
		r.Waits = append(r.Waits, wait)
	}
	if report != nil && report.Total() > 0 {
		n := report.Changed
		r.Repairs = &audit.Repairs{Owners: n[tree.Owners], Modes: n[tree.Modes], ACLs: n[tree.ACLs]}
	}
	for _, v := range c.Plan.Vars() {
		if v.Changed() {
			why := strings.TrimPrefix(v.Why, v.Was.Value+" ")
			r.Replaced = append(r.Replaced, audit.Replaced{Name: v.Name, Why: why})
		}
	}
	r.Write(c.Audit)
}

// signalStatus is the status by which shells report the signal.
func signalStatus(sig os.Signal) int {
	s, _ := sig.(syscall.Signal)
	return 128 + int(s)
}

// millis returns d in milliseconds, rounded down to a microsecond.
func millis(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// causeOfSignal says why a signal killed the command: memory ran out, or something else.
func (c *command) causeOfSignal(status shim.Status) audit.Cause {
	if c.Audit == "" || status.Interrupted {
		return audit.Other
	}
	return c.explainer.Cause(signalStatus(status.Signal), "", c.began)
}

package explain

import (
	"fmt"
	"slices"
	"strings"
	"syscall"

	"github.com/go-safe/go-safe/envfix"
	"github.com/go-safe/go-safe/internal/doctor"
)

// envFileTrouble returns what the doctor finds if the file of go env -w cannot be written.
func (e *Explainer) envFileTrouble() string {
	if e.Settings.EnvFileTrouble() == "" {
		return ""
	}
	return e.doctorHint("env-file", "home")
}

// longNameTrouble says that the file system of the module cache does not take a file name as long as the one that
// the go command complains of.
func (e *Explainer) longNameTrouble() string {
	p := envfix.Inspect("GOMODCACHE", e.Plan.ModCache.Value)
	if p.Names == 0 || p.Names >= envfix.LongestName || !strings.Contains(e.loadErrors(), syscall.ENAMETOOLONG.Error()) {
		return ""
	}
	return e.doctorHint("modcache-names")
}

// doctorHint returns what one check of the doctor finds, as a hint. If another check, which may be named too, finds the
// cause of that, the hint is about the cause.
func (e *Explainer) doctorHint(id string, causes ...string) string {
	var checks []doctor.Check
	for _, check := range doctor.Checks() {
		if check.ID == id || slices.Contains(causes, check.ID) {
			checks = append(checks, check)
		}
	}
	results := doctor.Run(checks, doctor.NewMachine(e.Config, e.Real, nil, e.Environ), askLimit)
	doctor.MergeCauses(results)
	result := func(id string) doctor.Result {
		return results[slices.IndexFunc(results, func(r doctor.Result) bool { return r.ID == id })]
	}
	r := result(id)
	if r.Cause != "" {
		r = result(r.Cause)
	}
	switch {
	case r.Status == doctor.OK || r.Status == doctor.Skipped:
		return ""
	case r.Advice == "":
		return fmt.Sprintf("%s: %s", r.Looked, r.Found)
	}
	return fmt.Sprintf("%s: %s; run: %s", r.Looked, r.Found, r.Advice)
}

package explain

import (
	"strings"
	"time"

	"github.com/go-safe/go-safe/internal/audit"
	"github.com/go-safe/go-safe/internal/modneed"
	"github.com/go-safe/go-safe/shim"
)

// Cause says for the record why the command failed with this exit status. It looks at the same things as Hint, and then
// at the modules: what the command needed and could not fetch, or what is not what go.sum says. hint is what Hint
// said, and the command began then.
func (e *Explainer) Cause(status int, hint string, began time.Time) audit.Cause {
	switch {
	case status == 0:
		return ""
	case e.killed():
		return audit.Mem
	case hint != "" || e.NoHints && e.usesCaches() && e.hint(status) != "":
		return audit.FS
	case status != exitUnsuccessful || e.Line.Writes&shim.ModCache == 0:
		return audit.Other
	}
	cache := e.Plan.ModCache.Value
	if modneed.Differs(e.Project(), e.Asked(), cache, lookLimit) {
		return audit.Sum
	}
	if e.Line.Verb == "get" && e.Project().SumFiles == nil { // it fails before it asks anybody
		return audit.Other
	}
	for s := range modneed.Lacking(e.Project(), e.Asked(), cache, lookLimit) {
		switch {
		case strings.HasSuffix(s.Path, ".lock") && modneed.Refused(s.Path, began):
			return audit.Sum
		case s.Certain || e.lacksModule():
			return audit.Net
		}
	}
	return audit.Other
}

// lacksModule reports whether the command cannot load without a module that is not in the cache: the go command, asked
// again without a network, says so.
func (e *Explainer) lacksModule() bool {
	return strings.Contains(e.loadErrors(), "disabled by GOPROXY=off")
}

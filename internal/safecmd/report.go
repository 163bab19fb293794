package safecmd

import (
	"github.com/go-safe/go-safe/internal/say"
	"github.com/go-safe/go-safe/internal/shell"
	"github.com/go-safe/go-safe/internal/tree"
)

// TellRepair says what could not be repaired, and if verbose, what was.
func TellRepair(report *tree.Report, verbose bool, p say.Printer) {
	if verbose && report.Total() > 0 {
		p.Line("repair: %s", changes(report, false))
	}
	for _, l := range report.Left {
		p.Line("left as they are: %d (%s), such as %s; run: "+shell.Self+" safe fix", l.Count, l.Why, l.First)
	}
}

package safecmd

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/go-safe/go-safe/internal/audit"
	"github.com/go-safe/go-safe/internal/fsinfo"
	"github.com/go-safe/go-safe/internal/proc"
	"github.com/go-safe/go-safe/internal/say"
	"github.com/go-safe/go-safe/internal/shell"
	"github.com/go-safe/go-safe/internal/user"
)

// runAudit runs go safe audit.
func runAudit(c Call, flags flagSet, rest []string) int {
	v, _ := lookUpVerb("audit")
	export := len(rest) > 0 && rest[0] == "export"
	if export {
		rest = rest[1:]
	}
	switch url := flags["--otlp"]; {
	case export && url == "":
		return c.fail(v.misused("--otlp URL is needed"))
	case !export && flags.has("--otlp"):
		return c.fail(v.misused("--otlp goes with export"))
	}
	since, err := parseSince(flags["--since"], time.Now())
	if err != nil {
		return c.fail(v.misused("--since %s: %v", flags["--since"], err))
	}
	records, err := c.records(rest, since)
	switch {
	case err != nil:
		return c.fail(err)
	case export:
		return c.end(c.export(records, flags["--otlp"]))
	case flags.has("--json"):
		return c.end(printJSON(c.Stdout, records))
	}
	return c.end(printAudit(c.Stdout, records))
}

// parseSince returns the time that --since means: so long ago, or a day or time in the form of RFC 3339.
func parseSince(text string, now time.Time) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if d, err := time.ParseDuration(text); err == nil && d >= 0 {
		return now.Add(-d), nil
	}
	for _, form := range []string{time.RFC3339, time.DateTime, time.DateOnly} {
		if t, err := time.ParseInLocation(form, text, time.Local); err == nil {
			return t, nil
		}
	}
	return time.Time{}, errors.New("is neither a duration such as 24h nor a date such as 2026-11-29")
}

// records reads the files, or what GOSAFE_AUDIT names.
func (c Call) records(files []string, since time.Time) ([]audit.Record, error) {
	switch {
	case len(files) > 0:
	case c.Audit == audit.Journal:
		return c.readJournal(since)
	case filepath.IsAbs(c.Audit):
		files = []string{c.Audit}
	case c.Audit == audit.Syslog:
		return nil,
			errors.New("name the file to which syslog writes; run: sudo " + shell.Self + " safe audit /var/log/syslog")
	default:
		return nil, errors.New("GOSAFE_AUDIT is not set, so nothing is recorded; see " + shell.Self + " safe help audit")
	}
	records := []audit.Record{} // not null in JSON
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		list, torn, err := audit.Read(f, since)
		f.Close()
		if err != nil {
			return nil, err
		}
		if torn > 0 {
			c.Say.Line("%s: %s cannot be read", name, say.Count(torn, "line"))
		}
		records = append(records, list...)
	}
	slices.SortStableFunc(records, func(a, b audit.Record) int { return a.Time.Compare(b.Time) })
	return records, nil
}

// readJournal asks journalctl.
func (c Call) readJournal(since time.Time) ([]audit.Record, error) {
	args := []string{"--identifier=go-safe", "--output=json", "--no-pager", "--quiet"}
	if !since.IsZero() {
		args = append(args, fmt.Sprintf("--since=@%d", since.Unix()))
	}
	journalctl, err := exec.LookPath("journalctl")
	if err == nil {
		err = fsinfo.MayRun(journalctl)
	}
	if err != nil {
		return nil, err
	}
	var out, complaints bytes.Buffer
	if err := proc.Run(proc.Command{
		Path: journalctl, Args: args, Environ: c.Environ, Stdout: &out, Stderr: &complaints,
		Deadline: time.Now().Add(time.Minute),
	}); err != nil {
		return nil, fmt.Errorf("journalctl: %w: %s", err, strings.TrimSpace(complaints.String()))
	}
	return audit.ReadJournal(&out)
}

// A tally is a line of the table.
type tally struct {
	class, user    string
	runs, failed   int
	causes         map[audit.Cause]int
	took, waited   float64 // in milliseconds
	repaired       int64
	replacedValues int
}

// printAudit prints what ran, what failed and why, who waited for whom, and what was replaced.
func printAudit(w io.Writer, records []audit.Record) error {
	if len(records) == 0 {
		_, err := fmt.Fprintln(w, "no records")
		return err
	}
	tw := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	fmt.Fprintln(tw, "COMMAND\tUSER\tRUNS\tFAILED\tWHY\tTOOK\tWAITED\tREPAIRED\tREPLACED")
	for _, t := range tallies(records) {
		fmt.Fprintf(tw, "go %s\t%s\t%d\t%d\t%s\t%s\t%s\t%d\t%d\n", t.class, t.user, t.runs, t.failed, causes(t.causes),
			seconds(t.took), seconds(t.waited), t.repaired, t.replacedValues)
	}
	if waits := waitsFor(records); len(waits) > 0 {
		fmt.Fprintln(tw, "\nLOCK\tUSER\tWAITED FOR\tTIMES\tTOGETHER")
		for _, line := range waits {
			fmt.Fprintln(tw, line)
		}
	}
	if why := replacements(records); len(why) > 0 {
		fmt.Fprintln(tw, "\nREPLACED\tTIMES\tWHY")
		for _, line := range why {
			fmt.Fprintln(tw, line)
		}
	}
	return tw.Flush()
}

// tallies adds up the records by class and user, the most frequent failures first.
func tallies(records []audit.Record) []*tally {
	byKey := make(map[string]*tally)
	for _, r := range records {
		key := r.Class + " " + fmt.Sprint(r.UID)
		t := byKey[key]
		if t == nil {
			t = &tally{class: say.OneLine(r.Class), user: nameOf(r.UID), causes: make(map[audit.Cause]int)}
			byKey[key] = t
		}
		t.runs++
		t.took += r.Millis
		t.replacedValues += len(r.Replaced)
		if r.Status != 0 {
			t.failed++
			t.causes[r.Cause]++
		}
		for _, w := range r.Waits {
			t.waited += w.Millis
		}
		if r.Repairs != nil {
			t.repaired += r.Repairs.Owners + r.Repairs.Modes + r.Repairs.ACLs
		}
	}
	list := slices.Collect(maps.Values(byKey))
	slices.SortFunc(list, func(a, b *tally) int {
		if a.failed != b.failed {
			return b.failed - a.failed
		}
		return strings.Compare(a.class+a.user, b.class+b.user)
	})
	return list
}

// nameOf names a user, also one that nobody could see.
func nameOf(uid int) string {
	if uid < 0 {
		return "unknown"
	}
	return user.Name(uid)
}

// causes lists the causes with their numbers.
func causes(counts map[audit.Cause]int) string {
	var list []string
	for _, cause := range slices.Sorted(maps.Keys(counts)) {
		list = append(list, fmt.Sprintf("%s %d", say.OneLine(string(cause)), counts[cause]))
	}
	return strings.Join(list, ", ")
}

// seconds prints milliseconds as seconds.
func seconds(ms float64) string { return fmt.Sprintf("%.1fs", ms/1000) }

// waitsFor tells who waited for whom.
func waitsFor(records []audit.Record) []string {
	type pair struct{ lock, user, holder string }
	times, total := make(map[pair]int), make(map[pair]float64)
	for _, r := range records {
		for _, w := range r.Waits {
			p := pair{say.OneLine(w.Lock), nameOf(r.UID), nameOf(w.UID)}
			times[p]++
			total[p] += w.Millis
		}
	}
	var lines []string
	for p, n := range times {
		lines = append(lines, fmt.Sprintf("%s\t%s\t%s\t%d\t%s", p.lock, p.user, p.holder, n, seconds(total[p])))
	}
	slices.Sort(lines)
	return lines
}

// replacements tells which values were replaced, and why.
func replacements(records []audit.Record) []string {
	times := make(map[string]int)
	for _, r := range records {
		for _, v := range r.Replaced {
			times[say.OneLine(v.Name)+"\t%d\t"+strings.ReplaceAll(say.OneLine(v.Why), "%", "%%")]++
		}
	}
	var lines []string
	for line, n := range times {
		lines = append(lines, fmt.Sprintf(line, n))
	}
	slices.Sort(lines)
	return lines
}

// exporter sends records to a collector. It is a program of its own, because net/http would cost each start a third.
const exporter = "go-safe-otlp"

// export gives the records to the exporter: the one beside this program, else the one on PATH.
func (c Call) export(records []audit.Record, url string) error {
	path := ""
	if exe, err := os.Executable(); err == nil {
		path, _ = exec.LookPath(filepath.Join(filepath.Dir(exe), exporter))
	}
	if path == "" {
		var err error
		if path, err = exec.LookPath(exporter); err != nil {
			return fmt.Errorf("%s is not installed; run: go install github.com/go-safe/go-safe/cmd/%[1]s@latest", exporter)
		}
	}
	if err := fsinfo.MayRun(path); err != nil {
		return err
	}
	var in, complaints bytes.Buffer
	if err := printJSON(&in, records); err != nil {
		return err
	}
	err := proc.Run(proc.Command{
		Path: path, Args: []string{url}, Environ: c.Environ, Stdin: &in, Stdout: c.Stdout, Stderr: &complaints,
		Deadline: time.Now().Add(time.Minute),
	})
	if err != nil && complaints.Len() > 0 {
		return errors.New(strings.TrimSpace(complaints.String()))
	}
	return err
}

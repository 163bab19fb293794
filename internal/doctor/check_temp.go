package doctor

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"

	"github.com/go-safe/go-safe/envfix"
	"github.com/go-safe/go-safe/internal/doctor/formats"
	"github.com/go-safe/go-safe/internal/fsinfo"
	"github.com/go-safe/go-safe/internal/say"
	"github.com/go-safe/go-safe/internal/shell"
)

// linkerTemp is the finding if $WORK has a folder of its own and the linker cannot use the temp folder. Each command
// prints a warning then.
func (m *Machine) linkerTemp(trouble func(envfix.DirInfo) string) (f Finding, bad bool) {
	v := m.variable(envfix.TempName)
	p := envfix.Inspect(envfix.TempName, m.Settings.Directory(envfix.TempName).Value)
	if variable, _ := m.directory("GOTMPDIR"); variable != "GOTMPDIR" || !v.Changed() || trouble(p) == "" {
		return Finding{}, false
	}
	f = Finding{
		Status: Warning, Looked: "TMPDIR=" + p.Path, Found: trouble(p), Now: "go-safe uses " + v.Value,
		Why: "the linker and the C compiler know no GOTMPDIR", Advice: m.unset(envfix.TempName),
	}
	if f.Advice == "" {
		f.Advice = export(envfix.TempName, v.Value)
	}
	return f, true
}

// tempLeft looks for work folders that no go command will remove. A run of go-safe sweeps them if it can see that
// nobody uses them, and so does --fix.
func tempLeft(m *Machine) Finding {
	_, dir := m.directory("GOTMPDIR")
	switch err := listable(dir); {
	case !filepath.IsAbs(dir):
		return excused(dir, "is no absolute path")
	case errors.Is(err, fs.ErrNotExist):
		return ok(dir, "not there yet")
	case err != nil:
		return excused(dir, "cannot be listed: "+fsinfo.Reason(err).Error())
	}
	old := envfix.Abandoned(dir, m.budget())
	if len(old) == 0 {
		return ok(dir, "")
	}
	f := Finding{Status: Warning, Looked: dir}
	f.Found = fmt.Sprintf("has %s, such as %s", say.Count(len(old), "abandoned work folder"), filepath.Base(old[0]))
	// Each is named: a pattern would also match folders that nobody has looked at, or that are in use by then.
	line, n := shell.RemoveTrees(old)
	f.Advice, f.Fix, f.fixDir = line, envfix.SeesProcesses(), dir
	f.Done = "removed " + say.Count(n, "work folder")
	return f
}

// longBuild is how long a build may leave a file alone that it made.
const longBuild = 24 * time.Hour

// tempCleaned looks whether systemd-tmpfiles removes work folders while builds use them. Other cleaners have no
// settings that could be read.
func tempCleaned(m *Machine) Finding {
	_, dir := m.directory("GOTMPDIR")
	if real, err := filepath.EvalSymlinks(dir); err == nil {
		dir = real
	}
	rule := formats.NearestRule(formats.ReadTmpfiles("/"), dir)
	if !filepath.IsAbs(dir) || rule.Path == "" || rule.Age < 0 || rule.Age >= longBuild {
		return ok(dir, "")
	}
	f := Finding{Status: Warning, Looked: dir}
	f.Found = "systemd-tmpfiles removes what nothing changed there for " + rule.Age.String() + " (" + rule.File + ")"
	if cache := m.Settings.CacheDir(); filepath.IsAbs(cache) {
		own := filepath.Join(cache, "go-tmp")
		f.Advice = join(shell.MakePrivateDir(own), m.set("GOTMPDIR", own))
	}
	return f
}

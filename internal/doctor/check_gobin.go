package doctor

import (
	"fmt"
	"go/version"
	"os"
	"path/filepath"
	"strings"

	"github.com/go-safe/go-safe/envfix"
	"github.com/go-safe/go-safe/internal/doctor/formats"
	"github.com/go-safe/go-safe/internal/fsinfo"
	"github.com/go-safe/go-safe/internal/shell"
)

// gobinWritable checks that go install can put binaries where it would.
func gobinWritable(m *Machine) Finding {
	dir := m.gobin()
	if set := m.Settings.Get("GOBIN").Value; set != "" && !filepath.IsAbs(set) {
		return Finding{
			Status: Broken, Looked: m.shown("GOBIN"), Found: "is no absolute path", Advice: m.unset("GOBIN"),
		}
	}
	if !filepath.IsAbs(dir) {
		return excused(m.shown("GOBIN"), "there is no place for programs")
	}
	p := envfix.Inspect("GOBIN", dir)
	if p.Access == "" {
		return ok(dir, notThereYet(p))
	}
	advice := chmodOwn(p)
	if advice == "" && takesBinaries(m.defaultBin()) {
		advice = m.unset("GOBIN")
	}
	home := m.Settings.Getenv("HOME")
	if own := filepath.Join(home, ".local", "bin"); advice == "" && takesBinaries(own) {
		advice = m.set("GOBIN", own)
	}
	f := Finding{Status: Broken, Looked: dir, Found: p.Access, Advice: advice}
	f.joinedLater(p)
	return f
}

// takesBinaries reports whether binaries can be put in a folder.
func takesBinaries(dir string) bool {
	return filepath.IsAbs(dir) && envfix.Inspect("GOBIN", dir).Access == ""
}

// gobinPath checks that the binaries are found on PATH.
func gobinPath(m *Machine) Finding {
	dir := m.gobin()
	if !filepath.IsAbs(dir) || !fsinfo.Exists(dir) {
		return ok(dir, "not there yet")
	}
	for _, on := range filepath.SplitList(m.Search.Path) {
		if on == dir || fsinfo.SameFile(on, dir) {
			return ok(dir, "")
		}
	}
	if entries, _ := os.ReadDir(dir); len(entries) == 1 && strings.TrimSuffix(entries[0].Name(), ".exe") == "go-safe" {
		return ok(dir, "has only go-safe") // which go safe install has copied to a folder on PATH
	}
	if strings.ContainsRune(dir, filepath.ListSeparator) {
		return Finding{
			Status: Warning, Looked: dir, Found: "cannot be on PATH, which it would be two folders of",
			Advice: m.unset("GOBIN"),
		}
	}
	return Finding{Status: Warning, Looked: dir, Found: "is not on PATH", Advice: m.appendPath(dir)}
}

// gobinOld asks the go command which Go built the tools in GOBIN.
func gobinOld(m *Machine) Finding {
	dir, have := m.gobin(), envfix.Version(m.Real.GOROOT)
	switch {
	case have == "":
		return m.unknownGo()
	case !filepath.IsAbs(dir) || !fsinfo.Exists(dir):
		return ok(dir, "not there yet")
	}
	out, err := m.ask(m.Real.GOROOT, nil, m.Real.Path, "version", "-m", dir)
	if err != nil {
		return Finding{Status: Skipped, Looked: dir, Found: complaint(out, err)}
	}
	f := ok(dir, "")
	var old []formats.Tool
	var installs []string
	for _, t := range formats.ParseTools(out) {
		line := filepath.Base(t.File) + ": " + t.Path + " " + t.Version + ", built with " + t.GoVersion
		f.Details = append(f.Details, line)
		if version.Compare(version.Lang(t.GoVersion), version.Lang(have)) >= 0 {
			continue
		}
		old = append(old, t)
		if t.Installable() {
			installs = append(installs, m.Called+" install "+shell.Quote(t.Path+"@"+t.Version))
		}
	}
	if len(old) == 0 {
		return f
	}
	f.Status, f.Advice = Warning, join(installs...)
	f.Found = fmt.Sprintf("has %d of %d tools that an older Go than %s built, such as %s (%s)",
		len(old), len(f.Details), have, filepath.Base(old[0].File), old[0].GoVersion)
	return f
}

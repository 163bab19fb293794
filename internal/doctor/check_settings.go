package doctor

import (
	"cmp"
	"slices"
	"strings"

	"github.com/go-safe/go-safe/internal/doctor/formats"
	"github.com/go-safe/go-safe/internal/fsinfo"
	"github.com/go-safe/go-safe/internal/shell"
)

const settings = "settings"

func settingChecks() []Check {
	return []Check{
		{
			ID: "env-file", Group: settings,
			Why:     "go env -w fails, or the go command passes over what was set by it",
			Now:     "go commands do without it",
			Heading: "go-writing-go-env-config-open-homealiceconfiggoenv-permission-denied", look: envFile,
		},
		{
			ID: "site-file", Group: settings,
			Why:     "defaults that the administrator has written for all users do not count",
			Now:     "go commands do without them",
			Heading: settings, look: siteFile,
		},
		{
			ID: "env-override", Group: settings,
			Why:     "the environment wins, and what was set by go env -w has no effect",
			Now:     "the environment counts",
			Heading: settings, look: envOverride,
		},
		{
			ID: "goflags", Group: settings,
			Why:     "commands that have the flag fail; if the list cannot be parsed, all but env and bug do",
			Heading: "go-parsing-goflags-unknown-flag--nosuch", look: goflags,
		},
		{
			ID: "go111module", Group: settings,
			Why:     "go.mod files are passed over; most of today's programs do not build so",
			Heading: "no-gomod-file-counts", look: go111module,
		},
		{
			ID: "goproxy", Group: settings,
			Why:     "modules come from elsewhere than it seems, or not at all",
			Heading: netErrors, look: goproxy,
		},
		{
			ID: "gosumdb", Group: settings,
			Why:     "what is downloaded is not compared with what everybody else got",
			Now:     "go commands take what they get",
			Heading: netErrors, look: gosumdb,
		},
		{
			ID: "audit", Group: settings,
			Why:     "what is not recorded, go safe audit cannot tell",
			Now:     "commands run without a record",
			Heading: settings, look: auditSink,
		},
		{
			ID: "private-patterns", Group: settings,
			Why:     "private modules are asked for at the public proxy and checksum database",
			Now:     "the pattern has no effect",
			Heading: "reading-httpssumgolangorglookup-410-gone", look: privatePatterns,
		},
	}
}

// variableChars are those in the names of variables that the go command knows. An env file may set others too.
const variableChars = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"

// envOverride looks for settings in the env file that the environment overrides.
func envOverride(m *Machine) Finding {
	var names []string
	for name, value := range m.Settings.EnvFileVars() {
		if v := m.Settings.Getenv(name); v != "" && v != value && strings.Trim(name, variableChars) == "" {
			names = append(names, name)
		}
	}
	if file := m.Settings.EnvFile; len(names) == 0 && fsinfo.Exists(file) && !readable(file) {
		return excused(file, "cannot be read; see env-file")
	}
	if len(names) == 0 {
		return ok(m.Settings.EnvFile, "")
	}
	slices.Sort(names)
	f := Finding{
		Status: Warning, Looked: m.Settings.EnvFile, Advice: shell.Unset(names...),
		Found: "is overridden by the environment: " + strings.Join(names, ", "),
	}
	for _, name := range names {
		v := m.Settings.Getenv(name)
		f.Details = append(f.Details, name+"="+v+" (environment), "+m.Settings.EnvFileVars()[name]+" (env file)")
	}
	return f
}

// goflags asks the go command, which alone knows its flags, by go test, which takes those of go build too. It gives
// no place for a build cache: go fails because of that after it has parsed the flags and before it writes anything.
func goflags(m *Machine) Finding {
	value, shown := m.Settings.Get("GOFLAGS").Value, m.shown("GOFLAGS")
	switch {
	case value == "":
		return ok(shown, "")
	case m.Real.GOROOT == "":
		return m.unknownGo()
	}
	out, err := m.ask(m.Real.GOROOT, []string{"GOFLAGS=" + value}, m.Real.Path, "test", "-n", "unsafe")
	if out == "" {
		return Finding{Status: Skipped, Looked: shown, Found: complaint(out, err)}
	}
	if found := refusedFlag(out); found != "" {
		return Finding{Status: Broken, Looked: shown, Found: found, Advice: m.unset("GOFLAGS")}
	}
	return ok(shown, "")
}

// refusedFlag returns what a go command says of flags that it refuses everywhere; "" if it says something else. Flags
// about files (-modfile, -overlay) and systems (-race) may be right in another directory
// (cmd/go/internal/base.SetFromGOFLAGS, work.BuildInit).
func refusedFlag(out string) string {
	line, _, _ := strings.Cut(out, "\n")
	line = strings.TrimPrefix(line, "go: ")
	everywhere := strings.Contains(line, "GOFLAGS") || slices.ContainsFunc(
		[]string{"-mod=", "buildmode=", "-p must "}, func(begin string) bool { return strings.HasPrefix(line, begin) })
	if everywhere {
		return line
	}
	return ""
}

func go111module(m *Machine) Finding {
	shown := m.shown("GO111MODULE")
	switch m.Settings.Get("GO111MODULE").Value {
	case "", "on", "auto":
		return ok(shown, "")
	case "off":
		return Finding{Status: Warning, Looked: shown, Found: "turns modules off", Advice: m.unset("GO111MODULE")}
	}
	return Finding{
		Status: Broken, Looked: shown, Found: "is not one of on, auto, off", Advice: m.unset("GO111MODULE"),
	}
}

// privatePatterns looks for patterns of module paths that match no module.
func privatePatterns(m *Machine) Finding {
	var wrong, fixes, shown []string
	for _, name := range []string{"GOPRIVATE", "GONOPROXY", "GONOSUMDB", "GOINSECURE"} {
		value := m.Settings.Get(name).Value
		if value == "" {
			continue
		}
		shown = append(shown, m.shown(name))
		if better := formats.FixPatterns(value); better != strings.Trim(value, ",") {
			wrong = append(wrong, m.shown(name))
			fixes = append(fixes, m.set(name, better))
		}
	}
	if len(wrong) == 0 {
		return ok(cmp.Or(strings.Join(shown, ", "), m.shown("GOPRIVATE")), "")
	}
	return Finding{
		Status: Warning, Looked: strings.Join(wrong, ", "), Advice: join(fixes...),
		Found: "has a pattern that matches no module: " +
			"they are separated by commas, without blanks, schemes, users and ports",
	}
}

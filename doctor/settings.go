package doctor

import (
	"cmp"
	"slices"
	"strings"
)

const settings = "settings"

func settingChecks() []Check {
	return []Check{
		{"env-file", settings, "go env -w fails, or the go command passes over what was set by it", envFile},
		{"env-override", settings, "the environment wins, and what was set by go env -w has no effect", envOverride},
		{"goflags", settings, "go commands fail of it; where it cannot be parsed, all but env and bug", goflags},
		{"go111module", settings, "go.mod files are passed over; most of today's programs do not build so", go111module},
		{"goproxy", settings, "modules come from elsewhere than it seems, or not at all", goproxy},
		{"gosumdb", settings, "what is downloaded is not compared with what everybody else got", gosumdb},
		{"private-patterns", settings, "private modules are asked for at the public proxy and checksum database", patterns},
	}
}

// variableChars are those of the variables that the go command knows. An env file may have lines with others.
const variableChars = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"

// envOverride compares the environment with the env file.
func envOverride(m *Machine) Finding {
	var names []string
	f := ok(m.Settings.EnvFile, "")
	for name, value := range m.Settings.File() {
		if v, _ := m.Settings.Getenv(name); v != "" && v != value && strings.Trim(name, variableChars) == "" {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return f
	}
	slices.Sort(names)
	for _, name := range names {
		v, _ := m.Settings.Getenv(name)
		f.Details = append(f.Details, name+"="+v+" (environment), "+m.Settings.File()[name]+" (env file)")
	}
	f.Status, f.Found, f.Type = Warning, "is overridden by the environment: "+strings.Join(names, ", "), "unset "+strings.Join(names, " ")
	return f
}

// goflags asks the go command itself, for it alone knows its flags: with go test, which has those of go build too. It has no place for a
// build cache, and fails of that when it has read the flags, before it writes anything.
func goflags(m *Machine) Finding {
	value := m.Settings.Get("GOFLAGS").Value
	if value == "" || m.Real.GOROOT == "" {
		return ok(m.shown("GOFLAGS"), "")
	}
	out, err := m.ask(m.Real.GOROOT, []string{"GOFLAGS=" + value}, m.Real.Path, "test", "-n", "unsafe")
	if out == "" {
		return Finding{Status: Unknown, Looked: m.shown("GOFLAGS"), Found: complaint(out, err)}
	}
	if found := refused(out); found != "" {
		return Finding{Status: Broken, Looked: m.shown("GOFLAGS"), Found: found, Type: m.undo("GOFLAGS")}
	}
	return ok(m.shown("GOFLAGS"), "")
}

// refused is what a go command says of flags that it refuses wherever it is run; "" where it says something else. Flags about files
// (-modfile, -overlay) and systems (-race) may be right elsewhere (cmd/go/internal/base.SetFromGOFLAGS, work.BuildInit).
func refused(out string) string {
	line, _, _ := strings.Cut(out, "\n")
	line = strings.TrimPrefix(line, "go: ")
	if strings.Contains(line, "GOFLAGS") || strings.HasPrefix(line, "-mod=") || strings.HasPrefix(line, "buildmode=") || strings.HasPrefix(line, "-p must ") {
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
		return Finding{Status: Warning, Looked: shown, Found: "turns modules off", Type: m.undo("GO111MODULE")}
	}
	return Finding{Status: Broken, Looked: shown, Found: "is not one of on, auto, off", Type: m.undo("GO111MODULE")}
}

// patterns looks for patterns of module paths that match none.
func patterns(m *Machine) Finding {
	var said, cures, shown []string
	for _, name := range []string{"GOPRIVATE", "GONOPROXY", "GONOSUMDB", "GOINSECURE"} {
		value := m.Settings.Get(name).Value
		if value == "" {
			continue
		}
		shown = append(shown, m.shown(name))
		if better := mendPatterns(value); better != strings.Trim(value, ",") {
			said = append(said, m.shown(name))
			cures = append(cures, m.set(name, better))
		}
	}
	if len(said) == 0 {
		return ok(cmp.Or(strings.Join(shown, ", "), m.shown("GOPRIVATE")), "")
	}
	return Finding{
		Status: Warning, Looked: strings.Join(said, ", "), Type: join(cures...),
		Found: "has a pattern that matches no module: they are separated by commas, without blanks, schemes, users and ports",
	}
}

// mendPatterns takes out of patterns what no module path has. They are compared as they stand (golang.org/x/mod/module.MatchPrefixPatterns).
func mendPatterns(list string) string {
	var better []string
	for p := range strings.FieldsFuncSeq(list, func(r rune) bool { return r == ',' || r == ' ' || r == '\t' || r == ';' }) {
		if strings.ContainsAny(p, `[\`) { // where anything may stand for anything
			better = append(better, p)
			continue
		}
		better = append(better, modulePatterns(p)...)
	}
	return strings.Join(better, ",")
}

// modulePatterns are the patterns of module paths for what may be the address of a repository: user@host:path means host/path, unless what
// follows the colon is a port. Of an address that ends in .git the module's path may end so, or not.
func modulePatterns(p string) []string {
	scheme := strings.Contains(p, "://")
	p = strings.TrimPrefix(p[strings.LastIndex(p, "://")+1:], "//")
	host, path, slash := strings.Cut(p, "/")
	at := strings.LastIndexByte(host, '@')
	host, port, _ := strings.Cut(host[at+1:], ":")
	switch isPort := strings.Trim(port, "0123456789") == ""; {
	case host == "":
		return nil
	case !isPort && slash:
		path = port + "/" + path
	case !isPort:
		path = port
	case !slash:
		return []string{host}
	}
	pattern := host + "/" + path
	if short, git := strings.CutSuffix(pattern, ".git"); git && (scheme || at >= 0) {
		return []string{short, pattern}
	}
	return []string{pattern}
}

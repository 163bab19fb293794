package doctor

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-safe/go-safe/envfix"
)

// longBuild is how long what a build made may lie untouched while the build goes on.
const longBuild = 24 * time.Hour

// cleaned looks whether systemd-tmpfiles removes work folders under builds (F34). Other cleaners say nowhere what they do.
func cleaned(m *Machine) Finding {
	_, dir := m.folder("GOTMPDIR")
	if real, err := filepath.EvalSymlinks(dir); err == nil {
		dir = real
	}
	rule := innermost(cleanRules(), dir)
	if !filepath.IsAbs(dir) || rule.path == "" || rule.age < 0 || rule.age >= longBuild {
		return ok(dir, "")
	}
	f := Finding{Status: Warning, Looked: dir, Found: "systemd-tmpfiles removes what nothing changed there for " + rule.age.String() + " (" + rule.file + ")"}
	if cache, err := os.UserCacheDir(); err == nil && filepath.IsAbs(cache) {
		own := filepath.Join(cache, "go-tmp")
		f.Type = join("mkdir -p -m 700 "+envfix.Quote(own), m.set("GOTMPDIR", own))
	}
	return f
}

// A cleanRule is a line of tmpfiles.d(5) about a directory.
type cleanRule struct {
	file, path string
	age        time.Duration // of what is removed; -1 for nothing
}

// cleanRules reads the lines in the order in which they count: of files of one name the first, then by name.
func cleanRules() []cleanRule {
	files := make(map[string]string)
	for _, dir := range []string{"/etc/tmpfiles.d", "/run/tmpfiles.d", "/usr/local/lib/tmpfiles.d", "/usr/lib/tmpfiles.d"} {
		found, _ := filepath.Glob(filepath.Join(dir, "*.conf"))
		for _, file := range found {
			if name := filepath.Base(file); files[name] == "" {
				files[name] = file
			}
		}
	}
	var rules []cleanRule
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if text, err := os.ReadFile(files[name]); err == nil {
			rules = append(rules, rulesIn(files[name], string(text))...)
		}
	}
	return rules
}

// rulesIn reads the lines: type, path, mode, user, group, age. An exclamation mark in the type means at boot only.
func rulesIn(file, text string) []cleanRule {
	var rules []cleanRule
	for line := range strings.Lines(text) {
		f := strings.Fields(line)
		if len(f) < 2 || !strings.ContainsAny(f[0][:1], "dDevqQxX") || strings.Contains(f[0], "!") || !filepath.IsAbs(f[1]) {
			continue
		}
		r := cleanRule{file, filepath.Clean(f[1]), -1}
		if len(f) > 5 && !strings.ContainsAny(f[0][:1], "xX") {
			r.age = ageOf(f[5])
		}
		rules = append(rules, r)
	}
	return rules
}

// innermost is the first of the rules whose path is nearest above dir, or dir itself.
func innermost(rules []cleanRule, dir string) (near cleanRule) {
	for _, r := range rules {
		above := dir == r.path || strings.HasPrefix(dir, strings.TrimSuffix(r.path, "/")+"/")
		if above && len(r.path) > len(near.path) {
			near = r
		}
	}
	return near
}

// ageOf reads an age such as 10d, 1h30m or aAmM:12h, at most a century; -1 where there is none.
func ageOf(text string) time.Duration {
	const day = 24 * time.Hour
	const century = 100 * 365 * day
	units := []string{"us", "ms", "min", "s", "m", "h", "d", "w", ""} // systemd.time(7); the first that fits counts
	lengths := []time.Duration{time.Microsecond, time.Millisecond, time.Minute, time.Second, time.Minute, time.Hour, day, 7 * day, time.Second}
	text = strings.TrimPrefix(text[strings.LastIndexByte(text, ':')+1:], "~")
	age := time.Duration(-1)
	for text != "" {
		rest := strings.TrimLeft(text, "0123456789")
		n, err := strconv.ParseInt(text[:len(text)-len(rest)], 10, 64)
		if err != nil && !errors.Is(err, strconv.ErrRange) { // which gives the largest
			return -1
		}
		i := slices.IndexFunc(units, func(unit string) bool { return strings.HasPrefix(rest, unit) })
		text = rest[len(units[i]):]
		age = min(max(age, 0)+min(time.Duration(n), century/lengths[i])*lengths[i], century)
	}
	return age
}

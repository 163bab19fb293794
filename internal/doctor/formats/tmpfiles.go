package formats

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// A TmpfilesRule is a line of tmpfiles.d(5) about a directory.
type TmpfilesRule struct {
	File, Path string
	Age        time.Duration // older entries are removed; -1 for none, or where the age is given in days or more
}

// ReadTmpfiles reads the rules below root, "/" for this machine, in the order in which they count: of several files
// of one name only the first, the files by name.
func ReadTmpfiles(root string) []TmpfilesRule {
	files := make(map[string]string)
	for _, dir := range []string{"etc", "run", "usr/local/lib", "usr/lib"} {
		found, _ := filepath.Glob(filepath.Join(root, dir, "tmpfiles.d", "*.conf"))
		for _, file := range found {
			if name := filepath.Base(file); files[name] == "" {
				files[name] = file
			}
		}
	}
	var rules []TmpfilesRule
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if text, err := os.ReadFile(files[name]); err == nil {
			rules = append(rules, parseTmpfiles(files[name], string(text))...)
		}
	}
	return rules
}

// parseTmpfiles reads the lines of a file: type, path, mode, user, group, age. An exclamation mark in the type means
// that the line counts only at boot. The types x and X exclude a path from removal.
func parseTmpfiles(file, text string) []TmpfilesRule {
	var rules []TmpfilesRule
	for line := range strings.Lines(text) {
		f := strings.Fields(line)
		if len(f) < 2 || !strings.ContainsAny(f[0][:1], "dDevqQxX") || strings.Contains(f[0], "!") ||
			!filepath.IsAbs(f[1]) {
			continue
		}
		rule := TmpfilesRule{file, filepath.Clean(f[1]), -1}
		if len(f) > 5 && !strings.ContainsAny(f[0][:1], "xX") {
			rule.Age = tmpfilesAge(f[5])
		}
		rules = append(rules, rule)
	}
	return rules
}

// tmpfilesAge reads an age such as 12h, 1h30min, 90 (seconds) or aAmM:12h. It is -1 for one in days, weeks or years,
// which no build outlasts, and for none.
func tmpfilesAge(text string) time.Duration {
	text = strings.TrimPrefix(text[strings.LastIndexByte(text, ':')+1:], "~")
	text = strings.ReplaceAll(text, "min", "m")
	if text != "" && strings.Trim(text[len(text)-1:], "0123456789") == "" {
		text += "s"
	}
	age, err := time.ParseDuration(text)
	if err != nil {
		return -1
	}
	return max(age, -1)
}

// NearestRule returns the first of the rules whose path is the nearest above dir, or dir itself; the zero rule if
// there is none.
func NearestRule(rules []TmpfilesRule, dir string) (near TmpfilesRule) {
	for _, r := range rules {
		above := dir == r.Path || strings.HasPrefix(dir, strings.TrimSuffix(r.Path, "/")+"/")
		if above && len(r.Path) > len(near.Path) {
			near = r
		}
	}
	return near
}

package job

import (
	"slices"
	"strings"

	"golang.org/x/mod/module"
)

// With GOSAFE_PRIVATE=copy private modules stay out of caches that other users share. Private are the modules that
// GOPRIVATE or GONOPROXY names: they come from a server that does not let everybody in.

// addsPrivate reports whether the command may download private modules, or read them: go.mod, go.sum or the command
// line names one, or the command may need modules that nobody can name before it looks them up.
func (j *Job) addsPrivate() bool {
	patterns := j.privatePatterns()
	if patterns == "" {
		return false
	}
	private := func(path string) bool { return module.MatchPrefixPatterns(patterns, path) }
	if j.Line.Verb == "" || slices.ContainsFunc(j.Line.Args, func(arg string) bool {
		path, _, _ := strings.Cut(arg, "@")
		return private(path)
	}) {
		return true
	}
	n := j.Need()
	if n.MayNeedMore() || n.Selects() || j.Line.Modules.Graph {
		return true
	}
	_, requires := j.Project().Requirements()
	for _, v := range requires {
		if private(v.Path) {
			return true
		}
	}
	for v := range j.Project().Sums() {
		if private(v.Path) {
			return true
		}
	}
	return false
}

// buildsPrivate reports whether what the command builds may have private modules in it, or is one.
func (j *Job) buildsPrivate() bool {
	patterns := j.privatePatterns()
	if patterns == "" {
		return false
	}
	mains, _ := j.Project().Requirements()
	return slices.ContainsFunc(mains, func(path string) bool { return module.MatchPrefixPatterns(patterns, path) }) ||
		j.AddsPrivate()
}

// privatePatterns returns the patterns of private modules, "" if they need no special care.
func (j *Job) privatePatterns() string {
	if !j.PrivateCopies || j.Settings.Get("GO111MODULE").Value == "off" {
		return ""
	}
	return PrivatePatterns(j.Settings.Get("GOPRIVATE").Value, j.Settings.Get("GONOPROXY").Value)
}

// PrivatePatterns returns the patterns of both variables. In GONOPROXY the word none names no module.
func PrivatePatterns(goprivate, gonoproxy string) string {
	if gonoproxy == "none" {
		gonoproxy = ""
	}
	return strings.Trim(goprivate+","+gonoproxy, ",")
}

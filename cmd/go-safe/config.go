package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// A config holds the GOSAFE_ settings. They are read once, here, and nowhere else.
type config struct {
	off     bool   // GOSAFE=off: exec the real go at once, touch nothing
	realGo  string // GOSAFE_GO: path of the real go
	child   bool   // GOSAFE_EXEC=child: supervise even where exec would do
	verbose bool   // GOSAFE_VERBOSE=1: say each decision
	via     via    // GOSAFE_VIA, set by go-safe itself
}

// readConfig reads the settings. The error names the variable, its value and what is allowed.
func readConfig(environ []string) (config, error) {
	var cfg config
	var err error
	choose := func(name, allowed string) bool {
		v := getenv(environ, name)
		if v != "" && v != allowed && err == nil {
			err = fmt.Errorf("%s=%s is not valid; allowed: %s, or unset", name, v, allowed)
		}
		return v == allowed
	}
	cfg.off = choose("GOSAFE", "off")
	cfg.child = choose("GOSAFE_EXEC", "child")
	cfg.verbose = choose("GOSAFE_VERBOSE", "1")
	cfg.realGo = getenv(environ, "GOSAFE_GO")
	if cfg.realGo != "" && !filepath.IsAbs(cfg.realGo) && err == nil {
		err = fmt.Errorf("GOSAFE_GO=%s is not valid; allowed: an absolute path, or unset", cfg.realGo)
	}
	cfg.via = parseVia(getenv(environ, "GOSAFE_VIA"))
	return cfg, err
}

// A via is what a chain of processes went through to find a go: files that may be the real go, and may be shims that
// start go-safe again.
type via struct {
	pid   string   // of the go-safe that started the last one
	files []string // in order, some more than once
}

// spawned is how often a file may start go-safe in new processes. More than once is no loop yet: behind a version
// manager's shim stands a go command, and what that starts may come here again.
const spawned = 8

// parseVia reads the variable: a list of paths, with the process ID in front.
func parseVia(s string) via {
	if s == "" {
		return via{}
	}
	list := filepath.SplitList(s)
	return via{list[0], list[1:]}
}

// passOver are the files that lead here for ever: all of them, where they did so by exec in this very process.
func (v via) passOver() []string {
	if v.pid == strconv.Itoa(os.Getpid()) {
		return v.files
	}
	count := make(map[string]int)
	for _, file := range v.files {
		count[file]++
	}
	return slices.DeleteFunc(slices.Clone(v.files), func(file string) bool { return count[file] < spawned })
}

// then is the variable's value for a go-safe behind file.
func (v via) then(file string) string {
	list := append([]string{strconv.Itoa(os.Getpid())}, v.files...)
	return strings.Join(append(list, file), string(filepath.ListSeparator))
}

// getenv returns the value of an OS variable; of several the first counts.
func getenv(environ []string, name string) string {
	for _, kv := range environ {
		if value, ok := strings.CutPrefix(kv, name+"="); ok {
			return value
		}
	}
	return ""
}

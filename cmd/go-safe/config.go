package main

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/go-safe/go-safe/envfix"
	"github.com/go-safe/go-safe/shim"
)

// A config holds the GOSAFE_ settings. They are read once, here, and nowhere else.
type config struct {
	off         bool          // GOSAFE=off: exec the real go at once, touch nothing
	realGo      string        // GOSAFE_GO: path of the real go
	child       bool          // GOSAFE_EXEC=child: supervise even where exec would do
	verbose     bool          // GOSAFE_VERBOSE=1: say each decision
	noLocks     bool          // GOSAFE_LOCK=off: take no lock
	needLocks   bool          // GOSAFE_LOCK=required: fail where a lock is not to be had
	lockTimeout time.Duration // GOSAFE_LOCK_TIMEOUT: how long to wait for all that a command takes; negative where it is not set
	noHints     bool          // GOSAFE_HINT=off: say nothing about a command that failed
	noRepair    bool          // GOSAFE_REPAIR=off: leave the rights of what a command made as they are
	privateTemp bool          // GOSAFE_TMPDIR=private: give each user a temp folder for $WORK
	trustRepo   bool          // GOSAFE_TRUST_REPO=1: let git answer about the repository around the command, whosever it is
	via         shim.Via      // GOSAFE_VIA, set by go-safe itself: the way that led here
}

// A setting is a variable and a value that it may have, as the manual has them.
type setting struct {
	name, value string
	about       string
}

// settings are all that a user can set.
var settings = []setting{
	{"GOSAFE", "off", "exec the real go at once, touch nothing"},
	{goSetting, "PATH", "the real go"},
	{"GOSAFE_EXEC", "child", "start the real go as a child and wait, even where exec would do"},
	{"GOSAFE_LOCK", "off", "take no lock"},
	{"GOSAFE_LOCK", "required", "fail, with exit status 125, where a lock is not to be had"},
	{timeoutSetting, "30s", "how long a command waits for locks, all together, in place of 10s and, go clean for builds, 2m"},
	{"GOSAFE_REPAIR", "off", "leave the rights of what a command made as they are"},
	{"GOSAFE_HINT", "off", "say nothing about a command that failed"},
	{"GOSAFE_TMPDIR", "private", "always set GOTMPDIR, to a folder of this user's own in the temp folder"},
	{"GOSAFE_TRUST_REPO", "1", "let git answer about the repository around the working directory, whosever it is"},
	{"GOSAFE_VERBOSE", "1", "say each decision"},
}

// Those whose values are not named there one by one.
const (
	goSetting      = "GOSAFE_GO"
	timeoutSetting = "GOSAFE_LOCK_TIMEOUT"
)

// settingNames are the variables, each once.
func settingNames() []string {
	var names []string
	for _, s := range settings {
		names = append(names, s.name)
	}
	return slices.Compact(names)
}

// readConfig reads the settings, those too that do not count with GOSAFE=off: go safe does its work then as ever. The error names the
// variable, its value and what is allowed; with GOSAFE=off only where there is no doing without.
func readConfig(environ []string) (config, error) {
	is := func(name, value string) bool { return getenv(environ, name) == value }
	cfg := config{
		off:         is("GOSAFE", "off"),
		realGo:      getenv(environ, goSetting),
		child:       is("GOSAFE_EXEC", "child"),
		verbose:     is("GOSAFE_VERBOSE", "1"),
		noLocks:     is("GOSAFE_LOCK", "off"),
		needLocks:   is("GOSAFE_LOCK", "required"),
		lockTimeout: -1,
		noHints:     is("GOSAFE_HINT", "off"),
		noRepair:    is("GOSAFE_REPAIR", "off"),
		privateTemp: is("GOSAFE_TMPDIR", "private"),
		trustRepo:   is("GOSAFE_TRUST_REPO", "1"),
		via:         shim.ParseVia(getenv(environ, "GOSAFE_VIA")),
	}
	for _, name := range settingNames() {
		value := getenv(environ, name)
		allowed := allowedValues(name, value)
		if value != "" && allowed != "" && (!cfg.off || name == goSetting) {
			return cfg, fmt.Errorf("%s=%s is not valid; allowed: %s, or unset", name, value, allowed)
		}
	}
	if d, err := time.ParseDuration(getenv(environ, timeoutSetting)); err == nil && d >= 0 {
		cfg.lockTimeout = d
	}
	return cfg, nil
}

// allowedValues says what a variable may be, "" where this value is that.
func allowedValues(name, value string) string {
	switch name {
	case goSetting:
		if filepath.IsAbs(value) {
			return ""
		}
		return "an absolute path"
	case timeoutSetting:
		if d, err := time.ParseDuration(value); err == nil && d >= 0 {
			return ""
		}
		return "a duration such as 30s or 2m, 0s to wait for nobody"
	}
	var values []string
	for _, s := range settings {
		if s.name == name {
			values = append(values, s.value)
		}
	}
	if slices.Contains(values, value) {
		return ""
	}
	return strings.Join(values, ", ")
}

// getenv returns the value of an OS variable, "" where it is not set.
func getenv(environ []string, name string) string {
	value, _ := envfix.Getenv(environ, name)
	return value
}

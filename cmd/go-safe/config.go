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
	lockTimeout time.Duration // GOSAFE_LOCK_TIMEOUT: how long to wait for all that a command takes
	noHints     bool          // GOSAFE_HINT=off: say nothing about a command that failed
	noRepair    bool          // GOSAFE_REPAIR=off: leave the rights of what a command made as they are
	trustRepo   bool          // GOSAFE_TRUST_REPO=1: let git answer about the repository around the command, whosever it is
	via         shim.Via      // GOSAFE_VIA, set by go-safe itself: the way that led here
}

// readConfig reads the settings. The error names the variable, its value and what is allowed.
func readConfig(environ []string) (config, error) {
	var cfg config
	var err error
	choose := func(name string, allowed ...string) string {
		v := getenv(environ, name)
		if v != "" && !slices.Contains(allowed, v) && err == nil {
			err = fmt.Errorf("%s=%s is not valid; allowed: %s, or unset", name, v, strings.Join(allowed, ", "))
		}
		return v
	}
	cfg.off = choose("GOSAFE", "off") != ""
	cfg.realGo = getenv(environ, "GOSAFE_GO")
	if cfg.realGo != "" && !filepath.IsAbs(cfg.realGo) && err == nil {
		err = fmt.Errorf("GOSAFE_GO=%s is not valid; allowed: an absolute path, or unset", cfg.realGo)
	}
	cfg.via = shim.ParseVia(getenv(environ, "GOSAFE_VIA"))
	if cfg.off {
		return cfg, err
	}
	cfg.child = choose("GOSAFE_EXEC", "child") != ""
	cfg.verbose = choose("GOSAFE_VERBOSE", "1") != ""
	cfg.noHints = choose("GOSAFE_HINT", "off") != ""
	cfg.noRepair = choose("GOSAFE_REPAIR", "off") != ""
	cfg.trustRepo = choose("GOSAFE_TRUST_REPO", "1") != ""
	locks := choose("GOSAFE_LOCK", "off", "required")
	cfg.noLocks, cfg.needLocks = locks == "off", locks == "required"
	cfg.lockTimeout = 10 * time.Second
	if v := getenv(environ, "GOSAFE_LOCK_TIMEOUT"); v != "" {
		d, bad := time.ParseDuration(v)
		if (bad != nil || d < 0) && err == nil {
			err = fmt.Errorf("GOSAFE_LOCK_TIMEOUT=%s is not valid; allowed: a duration such as 30s or 2m, 0s to wait for nobody, or unset", v)
		}
		cfg.lockTimeout = d
	}
	return cfg, err
}

// getenv returns the value of an OS variable, "" where it is not set.
func getenv(environ []string, name string) string {
	value, _ := envfix.Getenv(environ, name)
	return value
}

package main

import (
	"fmt"
	"path/filepath"

	"github.com/go-safe/go-safe/envfix"
	"github.com/go-safe/go-safe/shim"
)

// A config holds the GOSAFE_ settings. They are read once, here, and nowhere else.
type config struct {
	off     bool     // GOSAFE=off: exec the real go at once, touch nothing
	realGo  string   // GOSAFE_GO: path of the real go
	child   bool     // GOSAFE_EXEC=child: supervise even where exec would do
	verbose bool     // GOSAFE_VERBOSE=1: say each decision
	via     shim.Via // GOSAFE_VIA, set by go-safe itself: the way that led here
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
	cfg.realGo = getenv(environ, "GOSAFE_GO")
	if cfg.realGo != "" && !filepath.IsAbs(cfg.realGo) && err == nil {
		err = fmt.Errorf("GOSAFE_GO=%s is not valid; allowed: an absolute path, or unset", cfg.realGo)
	}
	cfg.via = shim.ParseVia(getenv(environ, "GOSAFE_VIA"))
	if cfg.off {
		return cfg, err
	}
	cfg.child = choose("GOSAFE_EXEC", "child")
	cfg.verbose = choose("GOSAFE_VERBOSE", "1")
	return cfg, err
}

// getenv returns the value of an OS variable, "" where it is not set.
func getenv(environ []string, name string) string {
	value, _ := envfix.Getenv(environ, name)
	return value
}

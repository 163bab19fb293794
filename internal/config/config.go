// Package config reads the GOSAFE_ settings.
package config

import (
	"fmt"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/go-safe/go-safe/envfix"
	"github.com/go-safe/go-safe/internal/audit"
	"github.com/go-safe/go-safe/internal/site"
	"github.com/go-safe/go-safe/shim"
)

// A Config holds the GOSAFE_ settings. They are read once, only here.
type Config struct {
	Off           bool          // GOSAFE=off: exec the real go at once, touch nothing
	RealGo        string        // GOSAFE_GO: path of the real go
	Child         bool          // GOSAFE_EXEC=child: supervise even where exec would do
	Verbose       bool          // GOSAFE_VERBOSE=1: print each decision
	NoLocks       bool          // GOSAFE_LOCK=off: take no lock
	RequireLocks  bool          // GOSAFE_LOCK=required: fail if a lock cannot be taken
	LockTimeout   time.Duration // GOSAFE_LOCK_TIMEOUT: how long to wait for all locks; negative if it is not set
	NoHints       bool          // GOSAFE_HINT=off: say nothing about a command that failed
	NoRepair      bool          // GOSAFE_REPAIR=off: do not change the rights of what a command made
	PrivateTemp   bool          // GOSAFE_TMPDIR=private: always use a private folder for $WORK
	PrivateCopies bool          // GOSAFE_PRIVATE=copy: keep private modules out of caches that others share
	TrustRepo     bool          // GOSAFE_TRUST_REPO=1: let git answer about the repository, whoever owns it
	Audit         string        // GOSAFE_AUDIT: where a record of each supervised command goes; "" for nowhere
	Via           shim.Via      // GOSAFE_VIA, set by go-safe itself: the files through which we came here
	Site          *site.File    // the site's defaults; nil if there are none. GOSAFE_SITE is set by envfix.WithSite
	Cache         string        // GOSAFE_CACHE: where go-safe-cache finds the results of builds; never printed
	CacheWrite    bool          // GOSAFE_CACHE_WRITE=1: go-safe-cache may send results there
}

// A Setting is a variable and a value that it may have, as the manual lists them.
type Setting struct {
	Name, Value string
	About       string
}

// Settings are all settings that a user can make.
var Settings = []Setting{
	{"GOSAFE", "off", "exec the real go at once, touch nothing"},
	{goSetting, "PATH", "the real go"},
	{"GOSAFE_EXEC", "child", "start the real go as a child and wait, even where exec would do"},
	{"GOSAFE_LOCK", "off", "take no lock"},
	{"GOSAFE_LOCK", "required", "fail, with exit status 125, where a lock is not to be had"},
	{timeoutSetting, "30s",
		"how long a command waits for all its locks, in place of 10s, and of 2m for go clean"},
	{"GOSAFE_REPAIR", "off", "leave the rights of what a command made as they are"},
	{"GOSAFE_HINT", "off", "say nothing about a command that failed"},
	{"GOSAFE_TMPDIR", "private", "always set GOTMPDIR, to a folder of this user's own in the temp folder"},
	{"GOSAFE_PRIVATE", "copy", "keep private modules, and what is built of them, out of caches that others share"},
	{"GOSAFE_TRUST_REPO", "1", "let git answer about the repository around the working directory, whosever it is"},
	{auditSetting, "journal", "record each command that go-safe waits for in the journal; see go safe audit"},
	{auditSetting, "syslog", "the same in syslog"},
	{auditSetting, "/path/file", "the same in a file, a line of JSON for each"},
	{cacheSetting, "URL", "the store from which go-safe-cache fills the build cache: s3:// or https://"},
	{"GOSAFE_CACHE_WRITE", "1", "let go-safe-cache send there what commands made"},
	{"GOSAFE_CACHE_KEYS", "KEYS", "use only what one of these keys has signed"},
	{"GOSAFE_CACHE_SIGN", "FILE", "sign with the private key in FILE"},
	{"GOSAFE_VERBOSE", "1", "say each decision"},
}

// The settings whose values are not listed one by one.
const (
	goSetting      = "GOSAFE_GO"
	timeoutSetting = "GOSAFE_LOCK_TIMEOUT"
	auditSetting   = "GOSAFE_AUDIT"
	cacheSetting   = "GOSAFE_CACHE"
)

// Names returns the variables, each once. The rows of one variable must stand together in Settings.
func Names() []string {
	var names []string
	for _, s := range Settings {
		names = append(names, s.Name)
	}
	return slices.Compact(names)
}

// Read reads the settings: from the environment, else from the site's file. There a variable that is set to nothing
// counts as set, so a user can get rid of a site's value. With GOSAFE=off only GOSAFE_GO counts for a go command and is
// checked, but go safe uses the others, too. The error names the variable, its value and the allowed values. A value of
// the site's file makes no error: it is refused.
func Read(environ []string, defaults *site.File) (Config, error) {
	refuse(defaults)
	get := func(name string) string {
		if value, ok := envfix.LookupEnv(environ, name); ok {
			return value
		}
		v, _ := defaults.Lookup(name)
		return v.Text
	}
	is := func(name, value string) bool { return get(name) == value }
	cfg := Config{
		Off:           is("GOSAFE", "off"),
		RealGo:        get(goSetting),
		Child:         is("GOSAFE_EXEC", "child"),
		Verbose:       is("GOSAFE_VERBOSE", "1"),
		NoLocks:       is("GOSAFE_LOCK", "off"),
		RequireLocks:  is("GOSAFE_LOCK", "required"),
		LockTimeout:   -1,
		NoHints:       is("GOSAFE_HINT", "off"),
		NoRepair:      is("GOSAFE_REPAIR", "off"),
		PrivateTemp:   is("GOSAFE_TMPDIR", "private"),
		PrivateCopies: is("GOSAFE_PRIVATE", "copy"),
		TrustRepo:     is("GOSAFE_TRUST_REPO", "1"),
		Audit:         get(auditSetting),
		Via:           shim.ParseVia(envfix.Getenv(environ, "GOSAFE_VIA")),
		Site:          defaults,
		Cache:         get(cacheSetting),
		CacheWrite:    is("GOSAFE_CACHE_WRITE", "1"),
	}
	for _, name := range Names() {
		value := envfix.Getenv(environ, name)
		allowed := allowedValues(name, value)
		if value != "" && allowed != "" && (!cfg.Off || name == goSetting) {
			return cfg, fmt.Errorf("%s=%s is not valid; allowed: %s, or unset", name, value, allowed)
		}
	}
	if d, err := time.ParseDuration(get(timeoutSetting)); err == nil && d >= 0 {
		cfg.LockTimeout = d
	}
	return cfg, nil
}

// ForCache returns environ with what the site's file says to go-safe-cache, which does not read that file.
func (c Config) ForCache(environ []string) []string {
	for _, name := range Names() {
		if !strings.HasPrefix(name, cacheSetting) && name != "GOSAFE_PRIVATE" {
			continue
		}
		if _, set := envfix.LookupEnv(environ, name); set {
			continue
		}
		if v, ok := c.Site.Lookup(name); ok {
			environ = envfix.Setenv(environ, name, v.Text)
		}
	}
	return environ
}

// refuse takes back what the site's file says wrongly of go-safe's settings. An error would keep all users from their
// go command.
func refuse(defaults *site.File) {
	for _, name := range defaults.Names() {
		if !strings.HasPrefix(name, "GOSAFE") {
			continue
		}
		v, _ := defaults.Lookup(name)
		if !slices.Contains(Names(), name) {
			defaults.Refuse(name, "is no setting")
		} else if allowed := allowedValues(name, v.Text); v.Text != "" && allowed != "" {
			defaults.Refuse(name, "is not valid; allowed: "+allowed+", or nothing")
		}
	}
}

// Shown returns the value of a variable for the screen: without the password that GOSAFE_CACHE may have, and without
// what signs a URL.
func Shown(name, value string) string {
	if name != cacheSetting || !strings.ContainsAny(value, "@?") {
		return value
	}
	u, err := url.Parse(value)
	if err != nil || u.Host == "" {
		return "(hidden)"
	}
	if u.User != nil {
		u.User = url.User("hidden")
	}
	if u.RawQuery != "" && u.Scheme != "s3" {
		u.RawQuery = "hidden"
	}
	return u.String()
}

// allowedValues returns the values that a variable may have, "" if it may have this one.
func allowedValues(name, value string) string {
	switch name {
	case cacheSetting, "GOSAFE_CACHE_KEYS", "GOSAFE_CACHE_SIGN": // go-safe-cache checks them
		return ""
	case goSetting:
		if filepath.IsAbs(value) {
			return ""
		}
		return "an absolute path"
	case auditSetting:
		if value == audit.Journal || value == audit.Syslog || filepath.IsAbs(value) {
			return ""
		}
		return "journal, syslog, the absolute path of a file"
	case timeoutSetting:
		if d, err := time.ParseDuration(value); err == nil && d >= 0 {
			return ""
		}
		return "a duration such as 30s or 2m, 0s to wait for nobody"
	}
	var values []string
	for _, s := range Settings {
		if s.Name == name {
			values = append(values, s.Value)
		}
	}
	if slices.Contains(values, value) {
		return ""
	}
	return strings.Join(values, ", ")
}

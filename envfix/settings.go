package envfix

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/go-safe/go-safe/internal/user"

	"github.com/go-safe/go-safe/internal/fsinfo"
	"github.com/go-safe/go-safe/internal/shell"
	"github.com/go-safe/go-safe/internal/site"
)

// An Origin says where a value comes from.
type Origin string

// The origins, in the order in which the go command looks (cmd/go/internal/cfg.Getenv), and go-safe itself. The go
// command does not know the site's file: it gets what counts of it as OS variables.
const (
	FromEnviron Origin = "environment"
	FromEnvFile Origin = "env file"
	FromSite    Origin = "site file"
	FromGOROOT  Origin = "GOROOT/go.env"
	FromDefault Origin = "default"
	FromGoSafe  Origin = "go-safe"
)

// A Setting is a value and its origin.
type Setting struct {
	Value  string
	Origin Origin
}

// chosen reports whether somebody decided on the value.
func (s Setting) chosen() bool {
	return s.Value != "" && s.Origin != FromDefault
}

// Undo returns the command that takes the user's choice back, with shell.Self in it; "" if nobody chose.
func (s Setting) Undo(name string) string {
	switch {
	case s.Value == "":
		return ""
	case s.Origin == FromEnviron:
		return shell.Unset(name)
	case s.Origin == FromEnvFile:
		return shell.Self + " env -u " + name
	}
	return ""
}

// Settings are what a go command with this environment would read.
type Settings struct {
	EnvFile string     // of go env -w, "" if there is none
	Site    *site.File // nil if there is none

	home        string      // from the passwd entry, "" if it was not needed
	envFileInfo fs.FileInfo // nil if there is no env file
	environ     []string
	envFileVars map[string]string
	goEnvVars   map[string]string
}

// ReadSettings reads the user's env file and the go.env of goroot, as cmd/go/internal/cfg.initEnvCache does. defaults
// are those of the site, nil for none. A file that cannot be read counts as empty, as it does there. If HOME is not set
// and a default depends on it, HOME becomes the home in the user's passwd entry.
func ReadSettings(environ []string, goroot string, defaults *site.File) *Settings {
	s := readSettings(environ, goroot, defaults)
	if home := s.missingHome(); home != "" {
		s = readSettings(Setenv(environ, "HOME", home), goroot, defaults)
		s.home = home
	}
	return s
}

func readSettings(environ []string, goroot string, defaults *site.File) *Settings {
	s := &Settings{environ: environ, Site: defaults}
	s.EnvFile = s.envFile()
	s.envFileVars, s.envFileInfo = readEnvFile(s.EnvFile)
	if goroot != "" {
		s.goEnvVars, _ = readEnvFile(filepath.Join(goroot, "go.env"))
	}
	return s
}

// missingHome returns the home that should be set, "" for none. If the go command finds its directories without
// HOME, it must not get one: it would then read an env file that it does not read otherwise.
func (s *Settings) missingHome() string {
	_, ok := s.LookupEnv("HOME")
	if ok || runtime.GOOS == "windows" || s.Get("GOPATH").Value != "" && s.gocache().Value != "" {
		return ""
	}
	account, _ := user.Lookup(os.Geteuid())
	dir := account.Home
	if f := look(dir); dir == "" || !f.exists() || f.unusable(gopathNeeds) != "" {
		return ""
	}
	return dir
}

// readEnvFile returns the assignments in a file of go env -w, and what the system says of the file.
func readEnvFile(name string) (assigned map[string]string, fi fs.FileInfo) {
	if name == "" {
		return nil, nil
	}
	// A pipe, as in GOENV=<(…), can be read only once, and the go command has to read it.
	fi, err := os.Stat(name)
	if err != nil || !fi.Mode().IsRegular() {
		return nil, nil
	}
	data, err := fsinfo.ReadFile(name)
	if err != nil {
		return nil, nil
	}
	return parseEnvFile(data), fi
}

// parseEnvFile follows cmd/go/internal/cfg.readEnvFile: it skips lines that assign to no upper-case name, and the
// last assignment to a name counts.
func parseEnvFile(data []byte) map[string]string {
	m := make(map[string]string)
	for line := range bytes.SplitSeq(data, []byte("\n")) {
		key, value, ok := bytes.Cut(line, []byte("="))
		if ok && len(line) > 0 && 'A' <= line[0] && line[0] <= 'Z' {
			m[string(key)] = string(value)
		}
	}
	return m
}

// Get returns the value of a variable that go env -w can set. An empty OS variable counts as unset, as in the go
// command.
func (s *Settings) Get(name string) Setting {
	if v := s.Getenv(name); v != "" {
		return Setting{v, FromEnviron}
	}
	if v, ok := s.envFileVars[name]; ok {
		return Setting{v, FromEnvFile}
	}
	if v, ok := s.Site.Lookup(name); ok {
		return Setting{v.Text, FromSite}
	}
	if v, ok := s.goEnvVars[name]; ok {
		return Setting{v, FromGOROOT}
	}
	return Setting{"", FromDefault}
}

// chosenByTrusted reports whether the user, or root, chose the value: in the environment, in an env file that belongs
// to one of them, or in the site's file.
func (s *Settings) chosenByTrusted(v Setting) bool {
	return v.Origin == FromEnviron || v.Origin == FromSite ||
		v.Origin == FromEnvFile && (s.envFileInfo == nil || fsinfo.Stranger(s.EnvFile, s.envFileInfo) == "")
}

// Getenv returns the value of an OS variable, "" if it does not exist.
func (s *Settings) Getenv(name string) string { return Getenv(s.environ, name) }

// LookupEnv returns the value of an OS variable and whether it exists.
func (s *Settings) LookupEnv(name string) (value string, ok bool) { return LookupEnv(s.environ, name) }

// Getenv returns the value of a variable in an environment, "" if it does not exist.
func Getenv(environ []string, name string) string {
	value, _ := LookupEnv(environ, name)
	return value
}

// LookupEnv returns the value of a variable in an environment and whether it exists. The first one of a name counts,
// as in syscall.Getenv.
func LookupEnv(environ []string, name string) (value string, ok bool) {
	for _, kv := range environ {
		if len(kv) > len(name) && kv[len(name)] == '=' && sameName(kv[:len(name)], name) {
			return kv[len(name)+1:], true
		}
	}
	return "", false
}

// setEmpty reports whether the OS variable exists and is empty. Nobody does that by accident: it asks for the go
// command's default, and go-safe leaves it alone.
func (s *Settings) setEmpty(name string) bool {
	v, ok := s.LookupEnv(name)
	return ok && v == ""
}

// sameName compares names of variables. On Windows they have no case.
func sameName(a, b string) bool {
	return a == b || runtime.GOOS == "windows" && strings.EqualFold(a, b)
}

// envFile is cmd/go/internal/cfg.EnvFile.
func (s *Settings) envFile() string {
	switch file := s.Getenv("GOENV"); file {
	case "off":
		return ""
	case "":
		if dir := s.configDir(); dir != "" {
			return filepath.Join(dir, "go", "env")
		}
		return ""
	default:
		return file
	}
}

// ConfigDir returns the folder where the go command keeps its settings and telemetry; "" without a home.
func (s *Settings) ConfigDir() string {
	if dir := s.configDir(); dir != "" {
		return filepath.Join(dir, "go")
	}
	return ""
}

// configDir is os.UserConfigDir.
func (s *Settings) configDir() string {
	switch runtime.GOOS {
	case "windows":
		dir := s.Getenv("AppData")
		return dir
	case "darwin", "ios":
		return s.below("HOME", "Library/Application Support")
	}
	return s.xdg("XDG_CONFIG_HOME", ".config")
}

// CacheDir is os.UserCacheDir, below which the default GOCACHE lies.
func (s *Settings) CacheDir() string {
	switch runtime.GOOS {
	case "windows":
		dir := s.Getenv("LocalAppData")
		return dir
	case "darwin", "ios":
		return s.below("HOME", "Library/Caches")
	}
	return s.xdg("XDG_CACHE_HOME", ".cache")
}

// xdg returns the folder that the variable names, else the one in the home. Package os refuses a relative one.
func (s *Settings) xdg(name, inHome string) string {
	dir := s.Getenv(name)
	switch {
	case dir == "":
		return s.below("HOME", inHome)
	case !filepath.IsAbs(dir):
		return ""
	}
	return dir
}

// homes returns the user's home and the folder below which the default GOCACHE lies, as the variables name them.
func (s *Settings) homes() (home, cacheHome string) {
	if runtime.GOOS == "windows" {
		return s.Getenv("USERPROFILE"), s.Getenv("LocalAppData")
	}
	return s.Getenv("HOME"), s.Getenv("XDG_CACHE_HOME")
}

// below returns a path below the folder that the variable names, "" if it names none.
func (s *Settings) below(name, path string) string {
	dir := s.Getenv(name)
	if dir == "" {
		return ""
	}
	return filepath.Join(dir, path)
}

// gocache returns the go command's GOCACHE (cmd/go/internal/cache.DefaultDir).
func (s *Settings) gocache() Setting {
	v := s.Get("GOCACHE")
	if dir := s.CacheDir(); v.Value == "" && dir != "" {
		v = Setting{filepath.Join(dir, "go-build"), FromDefault}
	}
	return v
}

// gopath returns the go command's GOPATH, a list (go/build.defaultGOPATH).
func (s *Settings) gopath() Setting {
	v := s.Get("GOPATH")
	if v.Value != "" {
		return v
	}
	home := "HOME"
	if runtime.GOOS == "windows" {
		home = "USERPROFILE"
	}
	dir := s.below(home, "go")
	if !filepath.IsAbs(dir) {
		dir = ""
	}
	return Setting{dir, FromDefault}
}

// gomodcache returns the go command's GOMODCACHE: below the first folder of GOPATH (cmd/go/internal/cfg.gopathDir).
func (s *Settings) gomodcache(gopath string) Setting {
	v := s.Get("GOMODCACHE")
	if first := First(gopath); v.Value == "" && first != "" {
		v = Setting{filepath.Join(first, "pkg", "mod"), FromDefault}
	}
	return v
}

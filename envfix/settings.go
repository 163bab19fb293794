package envfix

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// An Origin says where a value comes from.
type Origin string

// The origins in the order in which the go command asks them (cmd/go/internal/cfg.Getenv), and go-safe.
const (
	FromEnviron Origin = "environment"
	FromEnvFile Origin = "env file"
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

// Self stands for this program in what is to be run. Whoever prints that puts the word there by which the user can run it.
// No path and no value of a variable has this byte.
const Self = "\x00"

// Undo is what to type to give the choice up, with Self in it.
func (s Setting) Undo(name string) string {
	switch {
	case s.Value == "":
		return ""
	case s.Origin == FromEnviron:
		return "unset " + name
	case s.Origin == FromEnvFile:
		return Self + " env -u " + name
	}
	return ""
}

// Settings are what a go command with this environment would read.
type Settings struct {
	EnvFile string // of go env -w, "" where there is none

	home    string // from the passwd entry, where it had to be looked up
	writer  int    // owner of the env file, -1 where the system has no numbers
	environ []string
	user    map[string]string
	goroot  map[string]string
}

// ReadSettings reads the user's env file and the go.env of goroot, as cmd/go/internal/cfg.initEnvCache does. A file that
// cannot be read counts as empty there, and here. Where HOME is not set and a default depends on it, it is that of
// the user's passwd entry (F01).
func ReadSettings(environ []string, goroot string) *Settings {
	s := readSettings(environ, goroot)
	if home := s.missingHome(); home != "" {
		s = readSettings(Setenv(environ, "HOME", home), goroot)
		s.home = home
	}
	return s
}

func readSettings(environ []string, goroot string) *Settings {
	s := &Settings{environ: environ}
	s.EnvFile = s.envFile()
	s.user, s.writer = readEnvFile(s.EnvFile)
	if goroot != "" {
		s.goroot, _ = readEnvFile(filepath.Join(goroot, "go.env"))
	}
	return s
}

// missingHome returns the home that is needed and not set, "" where there is none. A go command that finds its
// directories without a home is not given one: that would bring in an env file which it does not read otherwise.
func (s *Settings) missingHome() string {
	_, ok := s.Getenv("HOME")
	if ok || runtime.GOOS == "windows" || s.Get("GOPATH").Value != "" && s.gocache().Value != "" {
		return ""
	}
	dir := passwdHome("/etc/passwd")
	if f := look(dir); dir == "" || !f.exists() || f.unusable(pathRoom) != "" {
		return ""
	}
	return dir
}

// readEnvFile returns the assignments in a file of go env -w, and the file's owner.
func readEnvFile(name string) (assigned map[string]string, owner int) {
	if name == "" {
		return nil, -1
	}
	// A pipe, as GOENV=<(…) makes one, can be read only once, and that is not ours to do.
	fi, err := os.Stat(name)
	if err != nil || !fi.Mode().IsRegular() {
		return nil, -1
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, -1
	}
	return parseEnvFile(data), ownerOf(fi)
}

// parseEnvFile follows cmd/go/internal/cfg.readEnvFile: what is no assignment to an upper-case name is skipped,
// the last of several counts.
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

// Get returns the value of a variable that go env -w can set. An empty OS variable counts as unset, as it does there.
func (s *Settings) Get(name string) Setting {
	if v, _ := s.Getenv(name); v != "" {
		return Setting{v, FromEnviron}
	}
	if v, ok := s.user[name]; ok {
		return Setting{v, FromEnvFile}
	}
	if v, ok := s.goroot[name]; ok {
		return Setting{v, FromGOROOT}
	}
	return Setting{"", FromDefault}
}

// explicit reports whether the user, or root, chose the value: in the environment, or in an env file that belongs to
// one of them.
func (s *Settings) explicit(v Setting) bool {
	trusted := s.writer <= 0 || s.writer == os.Geteuid()
	return v.Origin == FromEnviron || v.Origin == FromEnvFile && trusted
}

// Getenv returns the value of an OS variable and whether it is there. Of several the first counts, as for syscall.Getenv.
func (s *Settings) Getenv(name string) (value string, ok bool) {
	return Getenv(s.environ, name)
}

// Getenv is Settings.Getenv for an environment alone.
func Getenv(environ []string, name string) (value string, ok bool) {
	for _, kv := range environ {
		if len(kv) > len(name) && kv[len(name)] == '=' && sameName(kv[:len(name)], name) {
			return kv[len(name)+1:], true
		}
	}
	return "", false
}

// emptied reports whether the OS variable is there and empty. Nobody has that by accident: it asks for the
// go command's default, with all that follows, and gets it.
func (s *Settings) emptied(name string) bool {
	v, ok := s.Getenv(name)
	return ok && v == ""
}

// sameName compares names of variables, which have no case on Windows.
func sameName(a, b string) bool {
	return a == b || runtime.GOOS == "windows" && strings.EqualFold(a, b)
}

// envFile is cmd/go/internal/cfg.EnvFile.
func (s *Settings) envFile() string {
	switch file, _ := s.Getenv("GOENV"); file {
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

// ConfigDir is where the go command keeps its settings and telemetry; "" where there is no home.
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
		dir, _ := s.Getenv("AppData")
		return dir
	case "darwin", "ios":
		return s.below("HOME", "Library/Application Support")
	}
	return s.xdg("XDG_CONFIG_HOME", ".config")
}

// cacheDir is os.UserCacheDir, below which the default GOCACHE lies.
func (s *Settings) cacheDir() string {
	switch runtime.GOOS {
	case "windows":
		dir, _ := s.Getenv("LocalAppData")
		return dir
	case "darwin", "ios":
		return s.below("HOME", "Library/Caches")
	}
	return s.xdg("XDG_CACHE_HOME", ".cache")
}

// xdg returns the folder that the variable names, or the one in the home. A relative one is an error to package os.
func (s *Settings) xdg(name, inHome string) string {
	dir, _ := s.Getenv(name)
	switch {
	case dir == "":
		return s.below("HOME", inHome)
	case !filepath.IsAbs(dir):
		return ""
	}
	return dir
}

// below returns a path below the folder that the variable names, "" where it names none.
func (s *Settings) below(name, path string) string {
	dir, _ := s.Getenv(name)
	if dir == "" {
		return ""
	}
	return filepath.Join(dir, path)
}

// gocache is the GOCACHE of the go command (cmd/go/internal/cache.DefaultDir).
func (s *Settings) gocache() Setting {
	v := s.Get("GOCACHE")
	if dir := s.cacheDir(); v.Value == "" && dir != "" {
		v = Setting{filepath.Join(dir, "go-build"), FromDefault}
	}
	return v
}

// gopath is the GOPATH of the go command, a list (go/build.defaultGOPATH).
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

// gomodcache is the GOMODCACHE of the go command: below the first folder of GOPATH (cmd/go/internal/cfg.gopathDir).
func (s *Settings) gomodcache(gopath string) Setting {
	v := s.Get("GOMODCACHE")
	if first := First(gopath); v.Value == "" && first != "" {
		v = Setting{filepath.Join(first, "pkg", "mod"), FromDefault}
	}
	return v
}

// tempDir is os.TempDir.
func (s *Settings) tempDir() Setting {
	if runtime.GOOS == "windows" {
		return Setting{os.TempDir(), FromDefault}
	}
	if v, _ := s.Getenv("TMPDIR"); v != "" {
		return Setting{v, FromEnviron}
	}
	return Setting{"/tmp", FromDefault}
}

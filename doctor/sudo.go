package doctor

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/go-safe/go-safe/envfix"
	"github.com/go-safe/go-safe/shim"
)

// sudoers is where sudo keeps its settings; its readers include what is included there.
const sudoers = "/etc/sudoers"

// sudoPath says which go sudo go is. Sudo itself is not asked: that is logged, and who is not allowed is reported. Its settings
// can be read by root alone; but started by sudo, the doctor sees what sudo makes of PATH.
func sudoPath(m *Machine) Finding {
	if m.onPath("sudo") == "" {
		return ok("sudo", "is not on PATH")
	}
	if user, _ := m.Settings.Getenv("SUDO_USER"); user != "" {
		home, _ := m.Settings.Getenv("HOME")
		f := m.bySudo("PATH as sudo gives it", m.Search.Path)
		f.Details = append(f.Details, "looked as "+envfix.UserName(os.Geteuid())+" with HOME="+home+", where "+user+" called sudo: not at what "+user+" has")
		return f
	}
	s, err := readSudoers(os.DirFS("/"), strings.TrimPrefix(sudoers, "/"))
	switch {
	case errors.Is(err, fs.ErrPermission):
		return Finding{
			Status: Unknown, Looked: sudoers, ForRoot: true,
			Found: "only root can read it; this looks: sudo " + envfix.Quote(m.Exe) + " safe doctor --only sudo-path",
		}
	case errors.Is(err, fs.ErrNotExist):
		return ok(sudoers, "not there")
	case err != nil:
		return Finding{Status: Unknown, Looked: sudoers, Found: err.Error()}
	}
	f := ok("secure_path of sudo", "")
	if s.path == "" {
		f.Looked, f.Found = "sudo", "leaves PATH as it is"
	} else {
		f = m.bySudo(f.Looked, s.path)
	}
	if s.keeps || slices.Contains(s.kept, "HOME") {
		f.Details = append(f.Details, "HOME may stay the caller's, in whose caches root then works")
	}
	if lost := s.lost(m.Environ); len(lost) > 0 {
		f.Details = append(f.Details, "sudo takes away: "+strings.Join(lost, ", "))
	}
	return f
}

// asRoot is a finding without sudo in what is to be typed where there is no sudo: it is for root then.
func (m *Machine) asRoot(f Finding) Finding {
	line := strings.Replace(strings.TrimPrefix(f.Type, "sudo "), "| sudo tee ", "| tee ", 1)
	if line != f.Type && m.onPath("sudo") == "" {
		f.Type, f.Found = line, f.Found+"; only root can mend it"
	}
	return f
}

// bySudo looks for go-safe on a PATH of sudo. What root is to run belongs to root: go-safe is copied, and not linked.
func (m *Machine) bySudo(looked, list string) Finding {
	all := shim.Search{Path: list}.All()
	if len(all) > 0 && all[0].Self {
		return ok(looked, all[0].Path)
	}
	if len(all) == 0 {
		return ok(looked, "has no go, and sudo go finds none")
	}
	f := Finding{Status: Warning, Looked: looked, Found: all[0].Path + ", " + kind(all[0]) + ", comes before go-safe"}
	dirs := filepath.SplitList(list)
	before := dirs[:slices.Index(dirs, filepath.Dir(all[0].Path))]
	for _, dir := range before {
		if m.Exe == "" {
			break
		}
		if fi, err := os.Stat(dir); err == nil && fi.IsDir() {
			f.Type = sudo() + "install -m 755 " + envfix.Quote(m.Exe) + " " + envfix.Quote(filepath.Join(dir, "go"))
			break
		}
	}
	return f
}

// A sudoSettings is what of sudoers(5) matters to go commands: the settings for everybody.
type sudoSettings struct {
	path  string   // secure_path, "" where PATH stays as it is
	keeps bool     // !env_reset: all variables stay
	kept  []string // env_keep: names and patterns
	seen  []string // the files read, each once: they may include each other
}

// readSudoers reads the file and those that it includes.
func readSudoers(root fs.FS, name string) (s sudoSettings, err error) {
	err = s.read(root, name)
	return s, err
}

func (s *sudoSettings) read(root fs.FS, name string) error {
	if slices.Contains(s.seen, name) {
		return nil
	}
	s.seen = append(s.seen, name)
	data, err := fs.ReadFile(root, name)
	if err != nil {
		return err
	}
	text := strings.ReplaceAll(string(data), "\\\n", " ")
	for line := range strings.Lines(text) {
		word, rest, _ := strings.Cut(strings.TrimSpace(strings.ReplaceAll(line, "\t", " ")), " ")
		rest = strings.TrimSpace(rest)
		switch word {
		case "@include", "#include":
			s.read(root, included(name, rest))
		case "@includedir", "#includedir":
			dir := included(name, rest)
			entries, _ := fs.ReadDir(root, dir)
			for _, e := range entries {
				if !strings.Contains(e.Name(), ".") && !strings.HasSuffix(e.Name(), "~") {
					s.read(root, dir+"/"+e.Name())
				}
			}
		case "Defaults":
			for _, setting := range settingsIn(rest) {
				s.set(setting)
			}
		}
	}
	return nil
}

// included is the name of an included file in the tree of all.
func included(by, name string) string {
	name = strings.ReplaceAll(strings.Trim(name, `"`), `\ `, " ")
	if !strings.HasPrefix(name, "/") {
		name = path.Dir("/"+by) + "/" + name
	}
	return strings.TrimPrefix(path.Clean(name), "/")
}

// settingsIn splits a list of settings at commas, but not in quotes. What stands behind # is a comment.
func settingsIn(list string) []string {
	var parts []string
	quoted, begin := false, 0
	for i, c := range list + "," {
		switch {
		case c == '"':
			quoted = !quoted
		case c == '#' && !quoted:
			return append(parts, strings.TrimSpace(list[begin:i]))
		case c == ',' && (!quoted || i == len(list)):
			parts = append(parts, strings.TrimSpace(list[begin:i]))
			begin = i + 1
		}
	}
	return parts
}

// set takes over one setting.
func (s *sudoSettings) set(setting string) {
	name, value, _ := strings.Cut(setting, "=")
	value = strings.Trim(strings.TrimSpace(value), `"`)
	switch name = strings.TrimSpace(name); name {
	case "secure_path":
		s.path = value
	case "!secure_path":
		s.path = ""
	case "env_reset", "!env_reset":
		s.keeps = name[0] == '!'
	case "env_keep":
		s.kept = strings.Fields(value)
	case "env_keep +", "env_keep+":
		s.kept = append(s.kept, strings.Fields(value)...)
	case "!env_keep":
		s.kept = nil
	case "env_keep -", "env_keep-":
		s.kept = slices.DeleteFunc(s.kept, func(name string) bool { return slices.Contains(strings.Fields(value), name) })
	}
}

// lost are the variables of the go command and of go-safe that sudo takes away.
func (s *sudoSettings) lost(environ []string) []string {
	var names []string
	for _, kv := range environ {
		name, value, _ := strings.Cut(kv, "=")
		proxy := strings.HasSuffix(strings.ToLower(name), "_proxy") || strings.HasPrefix(name, "SSL_CERT_")
		if s.keeps || value == "" || !strings.HasPrefix(name, "GO") && !proxy || slices.ContainsFunc(s.kept, func(kept string) bool {
			stem, star := strings.CutSuffix(kept, "*")
			return name == cmp.Or(kept, " ") || star && strings.HasPrefix(name, stem)
		}) {
			continue
		}
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

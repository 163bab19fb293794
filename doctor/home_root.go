package doctor

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/go-safe/go-safe/envfix"
)

// rootsInHome are the directories below our home that belong to root and keep go commands from what they have
// there, as sudo go leaves them in a new home: of each way from the home the first one. No link is followed.
func (m *Machine) rootsInHome() []string {
	home, _ := m.Settings.Getenv("HOME")
	fi, err := os.Lstat(home)
	if err != nil || os.Geteuid() <= 0 || !fi.IsDir() || envfix.Owner(fi) != os.Geteuid() || !filepath.IsAbs(home) {
		return nil
	}
	_, cache := m.folder("GOCACHE")
	_, path := m.folder("GOPATH")
	_, modules := m.folder("GOMODCACHE")
	var dirs []string
	for _, dir := range []string{
		cache, filepath.Dir(m.Settings.EnvFile), m.Settings.ConfigDir(), path, modules, filepath.Join(path, "pkg", "sumdb"),
	} {
		way, below := strings.CutPrefix(filepath.Clean(dir), filepath.Clean(home)+"/")
		if !below {
			continue
		}
		if dir := firstOfRoot(home, way); dir != "" && !slices.Contains(dirs, dir) {
			dirs = append(dirs, dir)
		}
	}
	return dirs
}

// firstOfRoot is the first directory on the way from a home that belongs to root and is of no use to us, "" where
// there is none.
func firstOfRoot(home, way string) string {
	dir := home
	for name := range strings.SplitSeq(way, "/") {
		dir = filepath.Join(dir, name)
		fi, err := os.Lstat(dir)
		if err != nil || !fi.IsDir() {
			return ""
		}
		if envfix.Owner(fi) == 0 && envfix.LookAt("", dir).Access != "" {
			return dir
		}
	}
	return ""
}

// fromRoot is the finding where root's directories in our home are in the way of path: all of them, for one line
// cures all. Sudo serves nobody without a passwd entry.
func (m *Machine) fromRoot(f Finding, path string) Finding {
	name := envfix.UserName(os.Geteuid())
	if m.onPath("sudo") == "" || strings.HasPrefix(name, "uid ") {
		return f
	}
	dirs := m.rootsInHome()
	inTheWay := func(dir string) bool { return path == dir || strings.HasPrefix(path, dir+"/") }
	if !slices.ContainsFunc(dirs, inTheWay) {
		return f
	}
	f.Looked, f.Found = strings.Join(dirs, ", "), "belongs to root (sudo go?)"
	if len(dirs) > 1 {
		f.Found = "belong to root (sudo go?)"
	}
	f.Why = "go commands have no cache, forget their modules, or cannot do go env -w"
	f.Type, f.Fix = "sudo chown -R "+envfix.Quote(name)+": "+inHome(m, dirs), false
	f.Details = append(f.Details, "the same does: sudo "+m.full()+" safe fix")
	f.cause = f.Type
	return f
}

// inHome are paths below the home as words for a shell, short where the shell puts the same home in.
func inHome(m *Machine, dirs []string) string {
	home, _ := m.Settings.Getenv("HOME")
	var words []string
	for _, dir := range dirs {
		word := envfix.Quote(dir)
		below := strings.TrimPrefix(dir, filepath.Clean(home)+"/")
		if envfix.Quote(below) == below {
			word = "~/" + below
		}
		words = append(words, word)
	}
	return strings.Join(words, " ")
}

// once leaves of findings with the same cause the worst one: the others are looked at there.
func once(results []Result) {
	worst := make(map[string]int)
	for i, r := range results {
		if r.cause == "" {
			continue
		}
		if first, ok := worst[r.cause]; !ok || Compare(r.Status, results[first].Status) > 0 {
			worst[r.cause] = i
		}
	}
	for i, r := range results {
		if first, ok := worst[r.cause]; ok && first != i {
			results[i].Finding = Finding{Status: OK, Looked: r.Looked, Found: "see " + results[first].ID}
		}
	}
}

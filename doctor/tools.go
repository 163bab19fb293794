package doctor

import (
	"fmt"
	"go/version"
	"path/filepath"
	"strings"

	"github.com/go-safe/go-safe/envfix"
	"golang.org/x/mod/module"
	"golang.org/x/mod/semver"
)

// A tool is a program in GOBIN, by its build information.
type tool struct {
	file, goVersion string
	path, version   string // of its package and its module
}

// fetchable reports whether the tool can be had again. What a file says of itself may be anything, a flag as well.
func (t tool) fetchable() bool {
	return module.CheckImportPath(t.path) == nil && semver.IsValid(t.version) && !strings.Contains(t.version, "+dirty")
}

// toolsIn reads what go version -m prints of a folder.
func toolsIn(out string) []tool {
	var tools []tool
	for line := range strings.Lines(out) {
		line = strings.TrimRight(line, "\n")
		f := strings.Split(line, "\t")
		switch file, v, ok := strings.Cut(line, ": go1"); {
		case f[0] != "" && ok:
			v, _, _ = strings.Cut("go1"+v, " ")
			tools = append(tools, tool{file: file, goVersion: v})
		case f[0] != "" || len(tools) == 0 || len(f) < 3:
		case f[1] == "path":
			tools[len(tools)-1].path = f[2]
		case f[1] == "mod" && len(f) > 3:
			tools[len(tools)-1].version = f[3]
		}
	}
	return tools
}

// gobinOld lets the go command tell which Go built the tools in GOBIN.
func gobinOld(m *Machine) Finding {
	dir, have := m.gobin(), envfix.Version(m.Real.GOROOT)
	if !filepath.IsAbs(dir) || !exists(dir) || have == "" {
		return ok(dir, "")
	}
	out, err := m.ask(m.Real.GOROOT, nil, m.Real.Path, "version", "-m", dir)
	if err != nil {
		return Finding{Status: Unknown, Looked: dir, Found: complaint(out, err)}
	}
	f := ok(dir, "")
	var old []tool
	var cures []string
	for _, t := range toolsIn(out) {
		f.Details = append(f.Details, filepath.Base(t.file)+": "+t.path+" "+t.version+", built with "+t.goVersion)
		if version.Compare(version.Lang(t.goVersion), version.Lang(have)) >= 0 {
			continue
		}
		old = append(old, t)
		if t.fetchable() {
			cures = append(cures, m.Called+" install "+envfix.Quote(t.path+"@"+t.version))
		}
	}
	if len(old) == 0 {
		return f
	}
	f.Status, f.Type = Warning, join(cures...)
	f.Found = fmt.Sprintf("has %d of %d tools that an older Go than %s built, such as %s (%s)",
		len(old), len(f.Details), have, filepath.Base(old[0].file), old[0].goVersion)
	return f
}

// Package gomod reads what a project says of itself: go.mod, go.work, go.sum, vendor/modules.txt and the
// sources. It runs no go command. What it cannot read says nothing: the go command will tell the user what is
// wrong with it.
package gomod

import (
	"go/version"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/go-safe/go-safe/internal/fsinfo"
	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
)

// A Project is the main module or the workspace that a command works on. The zero Project is that of no module.
type Project struct {
	Roots    []string // of the main module, or of the modules that the workspace uses
	SumFiles []string // the checksum files that the go command may write: the workspace's, then one for each module
	Work     string   // the go.work file, "" where there is none
	GoLine   string   // "go1.26.3": no older go command takes the project; "" where there is no go line
	Vendored bool     // the go command reads the vendor directory instead of the module cache

	modFiles  []string // one for each root
	toolchain string   // of the toolchain line
}

// Find returns the project around dir. gowork is the value of GOWORK: off, a file, or auto or "" to look for one.
func Find(dir, gowork string) Project {
	if gowork == "" || gowork == "auto" {
		gowork = ""
		if root := around(dir, "go.work"); root != "" {
			gowork = filepath.Join(root, "go.work")
		}
	}
	if gowork != "" && gowork != "off" {
		return workspace(gowork)
	}
	root := around(dir, "go.mod")
	if root == "" {
		return Project{}
	}
	return single(root, filepath.Join(root, "go.mod"))
}

// Using returns the project with another file for go.mod, as the flag -modfile has it. The go.sum beside that
// file goes with it. A workspace stays as it is, and so does no module: there the go command refuses the flag.
func (p Project) Using(file string) Project {
	if len(p.modFiles) != 1 {
		return p
	}
	return single(p.Roots[0], file)
}

// single returns the project of one module.
func single(root, file string) Project {
	p := Project{
		Roots:    []string{root},
		SumFiles: []string{strings.TrimSuffix(file, ".mod") + ".sum"},
		modFiles: []string{file},
	}
	if data, err := fsinfo.ReadFile(file); err == nil {
		p.GoLine, p.toolchain = versionLines(data)
	}
	p.Vendored = p.vendors(root)
	return p
}

// workspace returns the project of a go.work file.
func workspace(file string) Project {
	root := filepath.Dir(file)
	p := Project{Work: file, SumFiles: []string{file + ".sum"}}
	data, err := fsinfo.ReadFile(file)
	if err != nil {
		return p
	}
	work, err := modfile.ParseWork(file, data, nil)
	if err != nil {
		return p
	}
	for _, use := range work.Use {
		dir := filepath.FromSlash(use.Path)
		if !filepath.IsAbs(dir) {
			dir = filepath.Join(root, dir)
		}
		p.Roots = append(p.Roots, dir)
		p.modFiles = append(p.modFiles, filepath.Join(dir, "go.mod"))
		p.SumFiles = append(p.SumFiles, filepath.Join(dir, "go.sum"))
	}
	p.GoLine, p.toolchain = versionLines(data)
	p.Vendored = p.vendors(root)
	return p
}

// vendors reports whether the go command builds from the vendor directory in root unless the user says
// otherwise. A vendor directory of a workspace counts only in a workspace, that of a module only without one,
// and projects older than Go 1.14 have to ask for it (cmd/go/internal/modload.setDefaultBuildMod).
func (p Project) vendors(root string) bool {
	if p.GoLine == "" || version.Compare(p.GoLine, "go1.14") < 0 {
		return false
	}
	f, err := openRegular(filepath.Join(root, "vendor", "modules.txt"))
	if err != nil {
		return false
	}
	defer f.Close()
	var start [512]byte
	n, err := f.Read(start[:])
	if err != nil && err != io.EOF {
		return false
	}
	line, _, _ := strings.Cut(string(start[:n]), "\n")
	notes, ok := strings.CutPrefix(line, "## ")
	isWorkspace := func(note string) bool { return strings.TrimSpace(note) == "workspace" }
	return (ok && slices.ContainsFunc(strings.Split(notes, ";"), isWorkspace)) == (p.Work != "")
}

// Requirements returns the paths of the project's own modules, and what their go.mod files require from a
// module cache: replacements are followed, and what a directory replaces is left out.
func (p Project) Requirements() (mains []string, requires []module.Version) {
	for _, file := range p.modFiles {
		mod := parse(file)
		if mod == nil {
			continue
		}
		if mod.Module != nil {
			mains = append(mains, mod.Module.Mod.Path)
		}
		for _, r := range mod.Require {
			if v := replaced(mod, r.Mod); v.Version != "" {
				requires = append(requires, v)
			}
		}
	}
	return mains, slices.DeleteFunc(requires, func(v module.Version) bool { return slices.Contains(mains, v.Path) })
}

// replaced returns the module that stands for v: another one, v itself, or one without a version for a directory.
func replaced(mod *modfile.File, v module.Version) module.Version {
	for _, old := range []module.Version{v, {Path: v.Path}} {
		for _, r := range mod.Replace {
			if r.Old == old {
				return r.New
			}
		}
	}
	return v
}

// parse reads a go.mod file. It returns nil for one that is not there or not right.
func parse(file string) *modfile.File {
	data, err := fsinfo.ReadFile(file)
	if err != nil {
		return nil
	}
	mod, err := modfile.Parse(file, data, nil)
	if err != nil {
		return nil
	}
	return mod
}

// around returns dir or the nearest folder above it that has the file, "" where none has.
func around(dir, file string) string {
	for {
		if fi, err := os.Stat(filepath.Join(dir, file)); err == nil && !fi.IsDir() {
			return dir
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return ""
		}
		dir = parent
	}
}

// openRegular opens a regular file for reading. It does not wait where the name is that of a pipe: the go
// command passes those over too (cmd/go/internal/imports.ScanDir).
func openRegular(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|nonblock, 0)
	if err != nil {
		return nil, err
	}
	if fi, err := f.Stat(); err != nil || !fi.Mode().IsRegular() {
		f.Close()
		return nil, &fs.PathError{Op: "open", Path: path, Err: syscall.EINVAL}
	}
	return f, nil
}

// Package modcache tells what a command asks of a module cache, without running go, whether the cache holds it, and
// which entries are damaged. Heal gets back what is damaged, and touches nothing else; a Twin stands for a cache that can
// only be read.
//
// It reads go.mod, go.sum, go.work and sources as they are. What it cannot read asks for nothing, for the go command
// will say what is wrong with it. To a twin goes only what is whole, under its final name only when it is complete.
package modcache

import (
	"bytes"
	"go/version"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"
)

// A Project is the main module, or the workspace, that a command in some directory works on.
type Project struct {
	roots     []string // of its module, or of those that a workspace uses
	files     []string // their go.mod files
	sums      []string // files of the form of go.sum
	work      string   // the go.work file, "" where there is none
	goLine    string   // "go1.26.3", "" where there is none
	toolchain string   // of the toolchain line
	vendored  bool     // has a vendor directory, which the go command reads instead of the cache
}

// Find returns the project around dir. gowork is the value of GOWORK: off, a file, or auto or "" to look for one.
func Find(dir, gowork string) Project {
	root := around(dir, "go.mod")
	if gowork == "" || gowork == "auto" {
		gowork = ""
		if dir := around(dir, "go.work"); dir != "" {
			gowork = filepath.Join(dir, "go.work")
		}
	}
	if gowork != "" && gowork != "off" {
		return workspace(gowork)
	}
	if root == "" {
		return Project{}
	}
	return single(root, filepath.Join(root, "go.mod"))
}

// Using returns the project with file in place of go.mod, as the flag -modfile has it. go.sum goes with it.
func (p Project) Using(file string) Project {
	if len(p.files) != 1 {
		return p // without a module the go command refuses the flag, and in a workspace
	}
	return single(p.roots[0], file)
}

// single returns the project of a module.
func single(root, file string) Project {
	p := Project{roots: []string{root}, files: []string{file}, sums: []string{strings.TrimSuffix(file, ".mod") + ".sum"}}
	if data, err := os.ReadFile(file); err == nil {
		p.goLine, p.toolchain = lines(data)
	}
	p.vendored = p.vendors(root)
	return p
}

// workspace returns the project of a go.work file.
func workspace(file string) Project {
	root := filepath.Dir(file)
	p := Project{work: file, sums: []string{file + ".sum"}}
	data, err := os.ReadFile(file)
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
		p.roots = append(p.roots, dir)
		p.files = append(p.files, filepath.Join(dir, "go.mod"))
		p.sums = append(p.sums, filepath.Join(dir, "go.sum"))
	}
	p.goLine, p.toolchain = lines(data)
	p.vendored = p.vendors(root)
	return p
}

// vendors reports whether the go command builds the project in root from the vendor directory there, unless the user says otherwise: one made
// for a workspace only in a workspace, another one only without, and none for older projects (cmd/go/internal/modload.setDefaultBuildMod).
func (p Project) vendors(root string) bool {
	if p.goLine == "" || version.Compare(p.goLine, "go1.14") < 0 {
		return false
	}
	f, err := open(filepath.Join(root, "vendor", "modules.txt"))
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
	ofWork := ok && slices.ContainsFunc(strings.Split(notes, ";"), func(note string) bool { return strings.TrimSpace(note) == "workspace" })
	return ofWork == (p.work != "")
}

// SumFiles are the checksum files that the go command may write, in the order of workspace, modules.
func (p Project) SumFiles() []string {
	return p.sums
}

// Toolchain returns the toolchain that a go command of version have ("go1.26.3") will run for the project instead of
// itself, with gotoolchain as the value of GOTOOLCHAIN; "" for none, and where have is not known
// (https://go.dev/doc/toolchain, cmd/go/internal/toolchain.Select).
func (p Project) Toolchain(have, gotoolchain string) string {
	name, mode, _ := strings.Cut(gotoolchain, "+")
	switch name {
	case "auto", "path":
		name, mode = have, name
	case "local":
		name = have
	}
	if have == "" || gotoolchain == "" || mode == "path" {
		return "" // without a setting, and without one in GOROOT/go.env, the go command never switches
	}
	if mode == "auto" && p.toolchain != "default" {
		if version.Compare(p.toolchain, name) > 0 {
			name = p.toolchain
		}
		if version.Compare(p.goLine, name) > 0 {
			name = p.goLine
			// A language version stands for its first release (golang.org/issue/62278).
			if version.Lang(name) == name && version.Compare(name, "go1.21") >= 0 {
				name += ".0"
			}
		}
	}
	if name == have {
		return ""
	}
	return name
}

// parse reads a go.mod file, nil where it is none.
func parse(file string) *modfile.File {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil
	}
	mod, err := modfile.Parse(file, data, nil)
	if err != nil {
		return nil
	}
	return mod
}

// lines returns the versions in the go and toolchain lines of a go.mod or go.work file: "go1.26.3", "" where there is none. As
// gover.GoModLookup of the go command it does not parse the file, which at each start would cost more than all else.
func lines(file []byte) (goLine, toolchain string) {
	for line := range bytes.Lines(file) {
		text, _, _ := strings.Cut(string(line), "//")
		switch f := strings.Fields(text); {
		case len(f) != 2:
		case f[0] == "go" && goLine == "":
			goLine = "go" + f[1]
		case f[0] == "toolchain" && toolchain == "":
			toolchain = f[1]
		}
	}
	return goLine, toolchain
}

// around returns the nearest folder, dir or one above it, that has the file; "" where none has.
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

// exists reports whether something is at path.
func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

package job

import (
	"path/filepath"
	"strings"

	"github.com/go-safe/go-safe/internal/fsinfo"
	"github.com/go-safe/go-safe/internal/gomod"
	"github.com/go-safe/go-safe/internal/repair"
	"github.com/go-safe/go-safe/internal/rights"
	"github.com/go-safe/go-safe/shim"
)

// projectPlaces returns the places in the user's project where root makes files for the user. If the user
// cannot read or change them, his next go command fails. Files that programs make there, and not the go
// command, are left alone.
func (j *Job) projectPlaces() []repair.Place {
	var list []repair.Place
	made := j.Line.Outputs()
	if j.Line.Writes&shim.ModCache != 0 {
		for _, file := range j.Project().SumFiles {
			names := []string{filepath.Base(file)}
			if made.Vendor {
				names = append(names, "vendor")
			}
			list = append(list, repair.Place{Dir: filepath.Dir(file), Files: names})
		}
	}
	dir := j.Dir()
	if made.Work {
		file := "go.work"
		if gowork := j.Settings.Get("GOWORK").Value; filepath.IsAbs(gowork) {
			file = gowork
		}
		made.Files = append(made.Files, file, file+".sum")
	}
	for _, file := range append(made.Files, j.binaries(made)...) {
		p := placeOfFile(absolute(dir, file))
		if last := len(list) - 1; last >= 0 && list[last].Dir == p.Dir { // open each directory once
			list[last].Files = append(list[last].Files, p.Files...)
			continue
		}
		list = append(list, p)
	}
	return list
}

// binaries returns the names that the binaries of packages may have.
func (j *Job) binaries(made shim.Outputs) []string {
	dir := j.Dir()
	into := ""
	if made.Binary != "" {
		if !strings.HasSuffix(made.Binary, "/") && !fsinfo.IsDir(absolute(dir, made.Binary)) {
			return made.Beside(made.Binary)
		}
		into = made.Binary
	}
	var list []string
	add := func(name string) {
		for _, file := range made.Names(name) {
			list = append(list, filepath.Join(into, file))
		}
	}
	for _, pkg := range made.Packages {
		if below, _, pattern := strings.Cut(pkg, "..."); pattern && gomod.IsPath(below) {
			if j.ownedByOthers(absolute(dir, into)) { // only then, because it walks over the sources
				for name := range gomod.Programs(absolute(dir, filepath.Dir(below+"x"))) {
					add(name)
				}
			}
			continue
		}
		pkg = strings.TrimSuffix(pkg, "/...")
		name, isFile := strings.CutSuffix(filepath.Base(pkg), ".go")
		if !isFile {
			name = gomod.Program(pkg)
			if gomod.IsPath(pkg) {
				name = gomod.Program(absolute(dir, pkg))
			}
		}
		add(name)
	}
	return list
}

// ownedByOthers reports whether the directory, or the nearest existing one above it, may belong to another user than
// root.
func (j *Job) ownedByOthers(dir string) bool {
	for !fsinfo.IsDir(dir) && dir != filepath.Dir(dir) {
		dir = filepath.Dir(dir)
	}
	return j.Caches.Of(dir).Policy != rights.Own
}

// absolute returns file as seen from dir.
func absolute(dir, file string) string {
	if filepath.IsAbs(file) {
		return file
	}
	return filepath.Join(dir, file)
}

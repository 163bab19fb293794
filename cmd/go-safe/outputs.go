package main

import (
	"path/filepath"
	"strings"

	"github.com/go-safe/go-safe/modcache"
	"github.com/go-safe/go-safe/rights"
	"github.com/go-safe/go-safe/shim"
)

// projectPlaces are those in the user's project where root makes something for him: where that is closed to the user his next
// go command fails of it. What programs make there, and not the go command, is theirs.
func (c *command) projectPlaces() []rights.Place {
	var list []rights.Place
	made := shim.OutputsOf(c.args, c.settings.Get("GOFLAGS").Value)
	if c.class.Writes&shim.ModCache != 0 {
		for _, file := range c.project().SumFiles() {
			names := []string{filepath.Base(file)}
			if made.Vendor {
				names = append(names, "vendor")
			}
			list = append(list, rights.Place{Dir: filepath.Dir(file), Files: names})
		}
	}
	dir := c.dir()
	for _, file := range append(made.Files, binaries(dir, made)...) {
		list = append(list, onlyFile(within(dir, file)))
	}
	return list
}

// binaries are the names that the binaries of packages may have.
func binaries(dir string, made shim.Outputs) []string {
	into := ""
	if made.Binary != "" {
		if !strings.HasSuffix(made.Binary, "/") && !isDir(within(dir, made.Binary)) {
			return []string{made.Binary}
		}
		into = made.Binary
	}
	var list []string
	for _, pkg := range made.Packages {
		pkg = strings.TrimSuffix(pkg, "/...")
		name, isFile := strings.CutSuffix(filepath.Base(pkg), ".go")
		if !isFile {
			name = modcache.Program(pkg)
			if pkg == "." || strings.HasPrefix(pkg, "./") || strings.HasPrefix(pkg, "../") {
				name = modcache.Program(filepath.Join(dir, pkg))
			}
		}
		list = append(list, filepath.Join(into, name+made.Suffix), filepath.Join(into, name+made.Suffix+".exe"))
	}
	return list
}

// within is file, seen from dir.
func within(dir, file string) string {
	if filepath.IsAbs(file) {
		return file
	}
	return filepath.Join(dir, file)
}

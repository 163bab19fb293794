package shim

import (
	"cmp"
	"path/filepath"
	"strings"
)

// Outputs are the files that a command makes in directories of the user's choice: in its working directory and
// where its flags say, as far as the command line tells. Names are absolute, or relative to the working
// directory.
type Outputs struct {
	Files    []string // files and directories
	Vendor   bool     // it makes the vendor directory of the module or workspace
	Work     bool     // it makes the go.work file and its go.work.sum
	Packages []string // packages and Go files whose binaries it may leave; "." if none is named
	Suffix   string   // suffix of the binaries' names
	Binary   string   // value of -o: a binary, or a directory for binaries; "" for the working directory
	Mode     string   // value of -buildmode, which changes the names
}

// profileFlags are the flags of go test that name a file in -outputdir (cmd/go/internal/test.testFlags in Go 1.26).
var profileFlags = []string{"blockprofile", "coverprofile", "cpuprofile", "memprofile", "mutexprofile", "trace"}

// traceFlags are the flags of most commands that name a file (work.AddBuildFlags).
var traceFlags = []string{"debug-actiongraph", "debug-runtime-trace", "debug-trace"}

// Outputs returns what the go command makes. It leaves out what go generate and tests make, because nobody can
// know that.
func (l *Line) Outputs() Outputs {
	packages := l.rest
	if len(packages) == 0 {
		packages = []string{"."}
	}
	binary, mode := l.value("o"), l.value("buildmode")
	var o Outputs
	for _, name := range traceFlags {
		if file := l.value(name); file != "" {
			o.Files = append(o.Files, file)
		}
	}
	switch l.Verb {
	case "build":
		o.Binary, o.Packages, o.Mode = binary, packages, mode
	case "test":
		o.Suffix = ".test"
		made := l.profiles()
		o.Files = append(o.Files, made...)
		if binary != "" || len(made) > 0 || l.has("c") {
			o.Binary, o.Packages, o.Mode = binary, packages, mode
		}
	case "mod init":
		o.Files = append(o.Files, "go.mod")
	case "work init":
		o.Work = true
	case "mod vendor", "work vendor":
		o.Vendor = binary == ""
		if binary != "" {
			o.Files = append(o.Files, binary)
		}
	}
	return o
}

// Names returns what the binary of a package may be called, and the names of files beside it, if name is the
// package's own (cmd/go/internal/work.buildModeInit, for every system).
func (o Outputs) Names(name string) []string {
	name += o.Suffix
	switch o.Mode {
	case "c-archive":
		return o.Beside(name + ".a")
	case "c-shared":
		return o.Beside(name)
	case "plugin":
		return []string{name + ".so"}
	}
	return []string{name, name + ".exe"}
}

// Beside returns a binary and, if it may have one, its C header (cmd/go/internal/work.addInstallHeaderAction).
func (o Outputs) Beside(binary string) []string {
	if o.Mode != "c-archive" && o.Mode != "c-shared" {
		return []string{binary}
	}
	return []string{binary, strings.TrimSuffix(binary, filepath.Ext(binary)) + ".h"}
}

// profiles returns the profiles that go test writes. Each flag has two names (cmd/go/internal/test.testFlags).
func (l *Line) profiles() []string {
	value := func(name string) string { return cmp.Or(l.value(name), l.value("test."+name)) }
	var files []string
	for _, name := range profileFlags {
		if file := value(name); file != "" {
			files = append(files, joinDir(value("outputdir"), file))
		}
	}
	return files
}

// joinDir returns file in dir, or file itself if it is absolute or dir is "".
func joinDir(dir, file string) string {
	if dir == "" || file[0] == '/' {
		return file
	}
	return dir + "/" + file
}

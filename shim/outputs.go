package shim

import (
	"cmp"
	"path/filepath"
	"strings"
)

// Outputs are what a command makes in directories of the user's own choice: in its working directory and where flags say, as far
// as the command line tells. Names are relative to the working directory, or absolute.
type Outputs struct {
	Files    []string // and directories
	Vendor   bool     // the vendor directory of the module or workspace
	Work     bool     // the go.work file, and its go.work.sum
	Packages []string // whose binaries it may leave, Go files among them; "." where none is named
	Suffix   string   // of these binaries' names
	Binary   string   // of -o: a binary, or a directory for them; "" for the working directory
	Mode     string   // of -buildmode, for that adds to these names
}

// profiles are the flags of go test that name a file, -outputdir before it (cmd/go/internal/test.testFlags in Go 1.26).
var profiles = []string{"blockprofile", "coverprofile", "cpuprofile", "memprofile", "mutexprofile", "trace"}

// traces are the flags of most commands that name a file (work.AddBuildFlags).
var traces = []string{"debug-actiongraph", "debug-runtime-trace", "debug-trace"}

// OutputsOf tells what the go command makes with args, the command line without the command's own name, and goflags, the value of
// GOFLAGS. What it leaves out is what nobody can name: what go generate and tests make.
func OutputsOf(args []string, goflags string) Outputs {
	v, flags, packages := parse(args, goflags)
	if len(packages) == 0 {
		packages = []string{"."}
	}
	binary, mode := flagValue(flags, "o"), flagValue(flags, "buildmode")
	var o Outputs
	for _, name := range traces {
		if file := flagValue(flags, name); file != "" {
			o.Files = append(o.Files, file)
		}
	}
	switch v.name {
	case "build":
		o.Binary, o.Packages, o.Mode = binary, packages, mode
	case "test":
		o.Suffix = ".test"
		made := profilesOf(flags)
		o.Files = append(o.Files, made...)
		if binary != "" || len(made) > 0 || has(flags, "c") {
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

// Names are what the binary of a package may be called, and what is made beside it, where name is the package's own
// (cmd/go/internal/work.buildModeInit, for every system).
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

// Beside are a binary and its C header, if it may have one (cmd/go/internal/work.addInstallHeaderAction).
func (o Outputs) Beside(binary string) []string {
	if o.Mode != "c-archive" && o.Mode != "c-shared" {
		return []string{binary}
	}
	return []string{binary, strings.TrimSuffix(binary, filepath.Ext(binary)) + ".h"}
}

// profilesOf are the profiles of go test, whose flags have two names (cmd/go/internal/test.testFlags).
func profilesOf(flags []string) []string {
	value := func(name string) string {
		return cmp.Or(flagValue(flags, name), flagValue(flags, "test."+name))
	}
	var files []string
	for _, name := range profiles {
		if file := value(name); file != "" {
			files = append(files, below(value("outputdir"), file))
		}
	}
	return files
}

// below is file in dir, "" for none, unless it is absolute.
func below(dir, file string) string {
	if dir == "" || file[0] == '/' {
		return file
	}
	return dir + "/" + file
}

package shim

import "slices"

// Outputs are what a command makes in directories of the user's own choice: in its working directory and where flags say, as far
// as the command line tells. Names are relative to the working directory, or absolute.
type Outputs struct {
	Files    []string // and directories
	Vendor   bool     // the vendor directory of the module or workspace
	Packages []string // whose binaries it may leave, Go files among them; "." where none is named
	Suffix   string   // of these binaries' names
	Binary   string   // of -o: a binary, or a directory for them; "" for the working directory
}

// profiles are the flags of go test that name a file, -outputdir before it (cmd/go/internal/test.testFlags in Go 1.26).
var profiles = []string{"blockprofile", "coverprofile", "cpuprofile", "memprofile", "mutexprofile", "trace"}

// OutputsOf tells what the go command makes with args, the command line without the command's own name, and goflags, the value of
// GOFLAGS. What it leaves out is what nobody can name: the binary of a package below a pattern, what go generate and tests make.
func OutputsOf(args []string, goflags string) Outputs {
	v, rest, _ := lookup(args)
	flags, packages := split(v.name, rest)
	flags = slices.Concat(SplitFlags(goflags), flags)
	if len(packages) == 0 {
		packages = []string{"."}
	}
	binary := flagValue(flags, "o")
	var o Outputs
	switch v.name {
	case "build":
		o.Binary, o.Packages = binary, packages
	case "test":
		o.Suffix = ".test"
		for _, name := range profiles {
			if file := flagValue(flags, name); file != "" {
				o.Files = append(o.Files, below(flagValue(flags, "outputdir"), file))
			}
		}
		if binary != "" || len(o.Files) > 0 || has(flags, "c") {
			o.Binary, o.Packages = binary, packages
		}
	case "mod init":
		o.Files = []string{"go.mod"}
	case "work init":
		o.Files = []string{"go.work", "go.work.sum"}
	case "mod vendor", "work vendor":
		o.Vendor = binary == ""
		if binary != "" {
			o.Files = []string{binary}
		}
	}
	return o
}

// below is file in dir, "" for none, unless it is absolute.
func below(dir, file string) string {
	if dir == "" || file[0] == '/' {
		return file
	}
	return dir + "/" + file
}

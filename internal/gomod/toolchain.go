package gomod

import (
	"bytes"
	"go/version"
	"strings"
)

// Toolchain returns the toolchain ("go1.26.3") that a go command of version have will run for the project
// instead of itself, "" for none and where have is "". gotoolchain is the value of GOTOOLCHAIN. The rules are
// those of https://go.dev/doc/toolchain and cmd/go/internal/toolchain.Select.
func (p Project) Toolchain(have, gotoolchain string) string {
	name, mode, _ := strings.Cut(gotoolchain, "+")
	switch name {
	case "auto", "path":
		name, mode = have, name
	case "local":
		name = have
	}
	// Without a setting, GOROOT/go.env included, the go command never switches.
	if have == "" || gotoolchain == "" || mode == "path" {
		return ""
	}
	if mode == "auto" && p.toolchain != "default" {
		if version.Compare(p.toolchain, name) > 0 {
			name = p.toolchain
		}
		if version.Compare(p.GoLine, name) > 0 {
			name = p.GoLine
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

// versionLines returns the versions in the go and toolchain lines of a go.mod or go.work file: "go1.26.3", ""
// where there is no such line. Like gover.GoModLookup of the go command it does not parse the file: that would
// cost each start more than all else.
func versionLines(file []byte) (goLine, toolchain string) {
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

package shim

import (
	"bytes"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// A Go is a go command that is not go-safe.
type Go struct {
	// Path is where it was found, symlinks unresolved: version managers look at the name they are called by.
	Path string

	// GOROOT is the tree it stands in, or "" where it is no go command in a tree of its own but
	// something that may start go-safe again: a version manager's shim, somebody's script.
	GOROOT string
}

// A NotFoundError says that no go command but go-safe itself was found.
type NotFoundError struct {
	Looked []string // each place, with what was wrong there
}

func (e *NotFoundError) Error() string {
	if len(e.Looked) == 0 {
		return "no go command found"
	}
	return "no go command found; looked at " + strings.Join(e.Looked, ", ")
}

// A Search says where Find looks.
type Search struct {
	Path string // list of folders, as in PATH
	Root string // a GOROOT to try after Path, or ""

	// Via are files that started go-safe again when they were run, and would do so for ever. They are passed over: that
	// keeps an endless loop impossible, and makes "exec go-safe" in a script called go work.
	Via Via
}

// Find returns the first go on s.Path that is not go-safe, and else one from the usual places of an
// installation. Relative and empty entries of s.Path are never used (golang.org/issue/43724).
// The error is a *NotFoundError.
func (s Search) Find() (Go, error) {
	self := selfInfo()
	var looked []string
	for _, dir := range s.dirs() {
		for _, name := range goNames {
			path := filepath.Join(dir, name)
			g, why := s.try(path, self)
			if why == "" {
				return g, nil
			}
			looked = append(looked, path+" ("+why+")")
		}
	}
	return Go{}, &NotFoundError{looked}
}

// Check returns the go at path, or why it cannot be the real one.
func (s Search) Check(path string) (g Go, why string) {
	return s.try(path, selfInfo())
}

// dirs returns the folders to look into, in order, each once.
func (s Search) dirs() []string {
	var dirs []string
	add := func(dir string) {
		if filepath.IsAbs(dir) && !slices.Contains(dirs, dir) {
			dirs = append(dirs, dir)
		}
	}
	for _, dir := range filepath.SplitList(s.Path) {
		add(dir)
	}
	if s.Root != "" {
		add(filepath.Join(s.Root, "bin"))
	}
	for _, dir := range usualDirs {
		add(dir)
	}
	return dirs
}

// isSelf is why go-safe is not the real go.
const isSelf = "go-safe itself"

// try returns the go at path, or why it is none.
func (s Search) try(path string, self fs.FileInfo) (g Go, why string) {
	fi, err := os.Stat(path)
	switch {
	case err != nil:
		return Go{}, reason(err)
	case fi.IsDir():
		return Go{}, "a directory"
	}
	if why := notExecutable(path, fi); why != "" {
		return Go{}, why
	}
	switch {
	case s.Via.contains(path):
		return Go{}, "starts go-safe again"
	case self != nil && os.SameFile(fi, self), isCopy(path, fi):
		return Go{}, isSelf
	}
	g = Go{Path: path}
	if fi.Size() > largest {
		g.GOROOT = gorootOf(path)
	}
	return g, ""
}

// reason is the last part of a system's error, which names the path itself otherwise.
func reason(err error) string {
	if e, ok := err.(*fs.PathError); ok {
		return e.Err.Error()
	}
	return err.Error()
}

// selfInfo identifies the running program, nil where the system cannot tell.
func selfInfo() fs.FileInfo {
	path, err := os.Executable()
	if err != nil {
		return nil
	}
	fi, err := os.Stat(path)
	if err != nil {
		return nil
	}
	return fi
}

// largest is more than any build of go-safe, with -race and unstripped too (8.8 MB), and less than any stripped go command that
// Go still supports (Go 1.22: 11.7 MB). It spares the look into the file on nearly every start.
const largest = 10 << 20

// infoStart and mainPackage begin the build information that the linker puts into a go-safe (runtime/debug.ReadBuildInfo;
// the sixteen bytes are from cmd/go/internal/modload/build.go).
const (
	infoStart   = "\x30\x77\xaf\x0c\x92\x74\x08\x02\x41\xe1\xc1\x07\xe6\xd6\x18\xe6"
	mainPackage = "path\tgithub.com/go-safe/go-safe/cmd/go-safe\n"
)

// isCopy reports whether the file is a go-safe, this build or another, by its build information. It looks
// for the bytes: debug/buildinfo, which knows the formats of all systems, brings compress/flate and debug/dwarf
// with it and makes each start a twentieth longer.
func isCopy(path string, fi fs.FileInfo) bool {
	if fi.Size() > largest {
		return false
	}
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	// Joined here and not by the compiler, or else every program with this package in it would have the bytes.
	return contains(f, append([]byte(infoStart), mainPackage...))
}

// contains reports whether r has the bytes, by a buffer that stays small: every new page of memory costs a start
// more than the reading does.
func contains(r io.Reader, want []byte) bool {
	buf := make([]byte, 64<<10)
	kept := 0
	for {
		n, err := r.Read(buf[kept:])
		if bytes.Contains(buf[:kept+n], want) {
			return true
		}
		if err != nil {
			return false
		}
		tail := buf[max(0, kept+n-len(want)+1) : kept+n]
		kept = copy(buf, tail)
	}
}

// gorootOf returns the GOROOT around the executable at path, or "". The same rule as
// cmd/go/internal/cfg.findGOROOT: symlinks resolved only where the unresolved path stands in none.
func gorootOf(path string) string {
	if root := gorootAround(path); root != "" {
		return root
	}
	if path, err := filepath.EvalSymlinks(path); err == nil {
		return gorootAround(path)
	}
	return ""
}

// gorootAround looks one and two folders above path's own: bin/go and bin/GOOS_GOARCH/go (golang.org/issue/62119).
func gorootAround(path string) string {
	for _, up := range []string{"../..", "../../.."} {
		if dir := filepath.Join(path, up); isGOROOT(dir) {
			return dir
		}
	}
	return ""
}

// isGOROOT reports whether dir looks like a Go tree, by the rule of cmd/go/internal/cfg.isGOROOT.
func isGOROOT(dir string) bool {
	fi, err := os.Stat(filepath.Join(dir, "pkg", "tool"))
	return err == nil && fi.IsDir()
}

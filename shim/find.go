package shim

import (
	"bytes"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/go-safe/go-safe/internal/fsinfo"
)

// A Go is a go command that is not go-safe.
type Go struct {
	// Path is where it was found, with symlinks unresolved: version managers look at the name they are called by.
	Path string

	// GOROOT is the tree that contains it. It is "" for a file that may start go-safe again, such as a version
	// manager's shim or a script.
	GOROOT string
}

// A NotFoundError says that there is no go command except go-safe itself.
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

	// Via has the files that started go-safe again when they were run. Find skips them, because they would do so for
	// ever. So a script called go may say "exec go-safe".
	Via Via

	// Args are the arguments that the go command will get. On Windows Find skips a batch file that would not get them as
	// they are.
	Args []string
}

// Find returns the first go on s.Path that is not go-safe, else one from the usual places of an installation.
// It never uses relative and empty entries of s.Path (golang.org/issue/43724). The error is a *NotFoundError.
func (s Search) Find() (Go, error) {
	self := selfInfo()
	var looked []string
	for _, dir := range s.dirs() {
		for _, name := range goNames {
			path := filepath.Join(dir, name)
			g, why := s.checkFile(path, self)
			if why == "" {
				return g, nil
			}
			looked = append(looked, path+" ("+why+")")
		}
	}
	return Go{}, &NotFoundError{looked}
}

// Check returns the go at path, or says why it cannot be the real one.
func (s Search) Check(path string) (g Go, why string) {
	return s.checkFile(path, selfInfo())
}

// dirs returns the folders to search, in order, each once.
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

// selfReason is the reason for refusing go-safe.
const selfReason = "go-safe itself"

// checkFile returns the go at path, or says why there is none.
func (s Search) checkFile(path string, self fs.FileInfo) (g Go, why string) {
	fi, err := os.Stat(path)
	switch {
	case err != nil:
		return Go{}, fsinfo.Reason(err).Error()
	case fi.IsDir():
		return Go{}, "a directory"
	}
	if why := notExecutable(path, fi); why != "" {
		return Go{}, why
	}
	if arg := changedArg(path, s.Args); arg != "" {
		return Go{}, "cmd.exe would change the argument " + strconv.Quote(arg)
	}
	switch {
	case s.Via.contains(path):
		return Go{}, "starts go-safe again"
	case self != nil && os.SameFile(fi, self), isGoSafe(path, fi):
		return Go{}, selfReason
	}
	g = Go{Path: path}
	if fi.Size() > maxGoSafeSize {
		g.GOROOT = gorootOf(path)
	}
	return g, ""
}

// selfInfo identifies the running executable. It returns nil if the system cannot tell.
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

// IsGoSafe reports whether a file is go-safe: this executable or another.
func IsGoSafe(path string) bool {
	fi, err := os.Stat(path)
	if err != nil || !fi.Mode().IsRegular() {
		return false
	}
	self := selfInfo()
	return self != nil && os.SameFile(fi, self) || isGoSafe(path, fi)
}

// maxGoSafeSize is bigger than every build of go-safe, with -race and unstripped too (8.8 MB), and smaller than every
// stripped go command that Go still supports (Go 1.22: 11.7 MB). So nearly every start needs no look into the
// file.
const maxGoSafeSize = 10 << 20

// infoStart and mainPackage are the first bytes of the build information that the linker puts into a go-safe
// (runtime/debug.ReadBuildInfo). The sixteen bytes are from cmd/go/internal/modload/build.go.
const (
	infoStart   = "\x30\x77\xaf\x0c\x92\x74\x08\x02\x41\xe1\xc1\x07\xe6\xd6\x18\xe6"
	mainPackage = "path\tgithub.com/go-safe/go-safe/cmd/go-safe\n"
)

// isGoSafe reports whether the file is a go-safe, of this build or another, by its build information. It searches
// for the bytes. Package debug/buildinfo knows the formats of all systems, but it brings in compress/flate and
// debug/dwarf and makes each start a twentieth longer.
func isGoSafe(path string, fi fs.FileInfo) bool {
	if fi.Size() > maxGoSafeSize {
		return false
	}
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	// Joined at run time, because a constant would put the bytes into every program that imports this package.
	return containsBytes(f, append([]byte(infoStart), mainPackage...))
}

// containsBytes reports whether r contains the bytes. Its buffer is small, because new pages of memory cost a start
// more time than the reading does.
func containsBytes(r io.Reader, want []byte) bool {
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

// gorootOf returns the GOROOT that contains the executable at path, or "". It follows
// cmd/go/internal/cfg.findGOROOT: symlinks are resolved only if the unresolved path is in no GOROOT.
func gorootOf(path string) string {
	if root := gorootAround(path); root != "" {
		return root
	}
	if path, err := filepath.EvalSymlinks(path); err == nil {
		return gorootAround(path)
	}
	return ""
}

// gorootAround looks one and two folders above the executable's: bin/go and bin/GOOS_GOARCH/go
// (golang.org/issue/62119).
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

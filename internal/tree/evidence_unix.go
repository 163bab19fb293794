//go:build unix

package tree

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"io"
	"slices"
	"strings"

	"github.com/go-safe/go-safe/internal/fsinfo"
	"github.com/go-safe/go-safe/internal/layout"
	"golang.org/x/mod/semver"
	"golang.org/x/sys/unix"
)

// A go command that was killed in a shared cache, and go-safe with it, leaves what it made closed to the group. So
// does plain go under a strict umask. Fix, share and the owner's next download open it again if its name and its
// content are those of the go command. Another file does not match by chance, and a member who moves one in cannot
// change it.

// madeByGo reports whether an open entry is plainly the go command's: a directory in which all names are the go
// command's, down to the modules, a file of the build cache or one in a directory @v.
func madeByGo(fd int, e Entry, d Folder, name string) bool {
	switch area := d.areaOf(name, e); {
	case e.Mode.IsDir():
		known := slices.Contains([]layout.Area{layout.ModulePath, layout.Cache, layout.Download, layout.Build}, area)
		known = known || d.Area == layout.Cache // cache/vcs, but nothing below it
		return known && e.Mode&0o022 == 0 && onlyGoNames(fd, area, name)
	case e.Size == 0:
		return true
	case area == layout.Build:
		return isBuildFile(fd, name, e.Size)
	}
	return d.Area == layout.Download && d.At.Name == "@v" && isDownload(fd, name, e.Size)
}

// onlyGoNames reports whether an open directory has only entries in it, and below, that the go command makes in
// this area.
func onlyGoNames(fd int, area layout.Area, dir string) bool {
	list, err := fsinfo.Names(fd)
	if err != nil || Rewind(fd) != nil {
		return false
	}
	return !slices.ContainsFunc(list, func(name string) bool {
		e, err := Look(fd, name)
		if err != nil || !e.Mode.IsDir() {
			return err != nil || !area.HasFile(dir, name)
		}
		ok, deep := area.HasDir(dir, name)
		if !ok || !deep {
			return !ok
		}
		sub, err := fsinfo.OpenSub(fd, name)
		if err != nil {
			return true
		}
		defer unix.Close(sub)
		return !onlyGoNames(sub, area.Below(name), name)
	})
}

// isDownload reports whether an open file in a directory @v has the content that its name says.
func isDownload(fd int, name string, size int64) bool {
	head := headOf(fd)
	kind := name[strings.LastIndexByte(name, '.')+1:]
	switch kind {
	case "zip":
		return isModuleZip(head, strings.TrimSuffix(name, ".zip"))
	case "info":
		return bytes.HasPrefix(head, []byte(`{"Version":"v`))
	case "ziphash":
		return size < 64 && bytes.HasPrefix(head, []byte("h1:"))
	case "mod":
		return bytes.HasPrefix(head, []byte("module ")) || bytes.Contains(head, []byte("\nmodule "))
	case "list":
		return size <= int64(len(head)) && isVersionList(string(head))
	}
	return false
}

// isModuleZip reports whether a file begins with the header of a zip (APPNOTE.TXT, 4.3.7) whose first file is one
// of a module in this version.
func isModuleZip(head []byte, version string) bool {
	const header = 30
	if len(head) < header || !bytes.HasPrefix(head, []byte("PK\x03\x04")) {
		return false
	}
	length := int(binary.LittleEndian.Uint16(head[26:]))
	return bytes.Contains(head[header:min(header+length, len(head))], []byte("@"+version+"/"))
}

func isVersionList(text string) bool {
	for line := range strings.Lines(text) {
		if !semver.IsValid(strings.TrimSuffix(line, "\n")) {
			return false
		}
	}
	return text != ""
}

// isBuildFile reports whether an open file of a build cache has the content that its name says. The name of an
// output is its hash (cmd/go/internal/cache.OutputID).
func isBuildFile(fd int, name string, size int64) bool {
	switch hash, kind, _ := strings.Cut(name, "-"); {
	case name == "README":
		return bytes.HasPrefix(headOf(fd), []byte("This directory holds cached build artifacts"))
	case name == "trim.txt", name == "testexpire.txt": // a time in seconds or nanoseconds
		return size <= 20 && len(bytes.Trim(headOf(fd), "0123456789\n")) == 0
	case kind == "a":
		return bytes.HasPrefix(headOf(fd), []byte("v1 "+hash+" "))
	case kind == "d":
		sum := sha256.New()
		_, err := io.Copy(sum, io.NewSectionReader(descriptor(fd), 0, 1<<62))
		return err == nil && hex.EncodeToString(sum.Sum(nil)) == hash
	}
	return false
}

// headOf returns what an open file begins with.
func headOf(fd int) []byte {
	buf := make([]byte, 16<<10)
	n, _ := unix.Pread(fd, buf, 0)
	return buf[:max(n, 0)]
}

// A descriptor is read without a position, and never closed.
type descriptor int

func (d descriptor) ReadAt(p []byte, off int64) (int, error) {
	n, err := unix.Pread(int(d), p, off)
	switch {
	case err != nil:
		return 0, err
	case n < len(p):
		return n, io.EOF
	}
	return n, nil
}

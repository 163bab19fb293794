// Package site reads the defaults that an administrator gives to all users of a machine: go.env in Dir, in the syntax
// of the go command's own go.env. It believes the file only if nobody except root could have written it. It never
// fails: what it does not believe or understand is left out and told as trouble.
package site

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"
)

// A File is what the site's file says. A nil File says nothing.
type File struct {
	Path string

	values  map[string]Value
	trouble []string
	wrong   []int // lines that are ignored
}

// A Value is one assignment in the file.
type Value struct {
	Text string
	Line int
}

// maxSize is more than anybody writes by hand.
const maxSize = 1 << 20

// Read reads go.env in the folder. It returns nil if there is none.
func Read(dir string) *File {
	if dir == "" {
		return nil
	}
	path := filepath.Join(dir, "go.env")
	data, err := readTrusted(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return &File{Path: path, trouble: []string{err.Error() + "; it is ignored"}}
	}
	return Parse(path, data)
}

// Parse follows cmd/go/internal/cfg.readEnvFile. The last assignment to a name counts. The go command passes over
// lines that it does not understand; Parse notes them.
func Parse(path string, data []byte) *File {
	f := &File{Path: path, values: make(map[string]Value)}
	number := 0
	for line := range bytes.SplitSeq(data, []byte("\n")) {
		number++
		if trimmed := bytes.TrimSpace(line); len(trimmed) == 0 || trimmed[0] == '#' {
			continue
		}
		name, value, ok := strings.Cut(string(line), "=")
		switch {
		case !ok || name == "" || strings.Trim(name, nameChars) != "":
			f.note(number, "is not NAME=value")
		case !Known(name):
			f.note(number, name+" is no setting of go env -w or go-safe")
		default:
			f.values[name] = Value{value, number}
		}
	}
	return f
}

const nameChars = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"

func (f *File) note(line int, what string) {
	f.wrong = append(f.wrong, line)
	f.trouble = append(f.trouble, fmt.Sprintf("%s:%d: %s; the line is ignored", f.Path, line, what))
}

// Lookup returns the value of a name.
func (f *File) Lookup(name string) (Value, bool) {
	if f == nil {
		return Value{}, false
	}
	v, ok := f.values[name]
	return v, ok
}

// Where returns the place of a name's value, for people.
func (f *File) Where(name string) string {
	v, ok := f.Lookup(name)
	if !ok {
		return ""
	}
	return fmt.Sprintf("%s:%d", f.Path, v.Line)
}

// Names returns the names that have a value, sorted.
func (f *File) Names() []string {
	if f == nil {
		return nil
	}
	return slices.Sorted(maps.Keys(f.values))
}

// Troubles returns what is wrong with the file, in words with its path.
func (f *File) Troubles() []string {
	if f == nil {
		return nil
	}
	return f.trouble
}

// Wrong returns the numbers of the lines that are ignored.
func (f *File) Wrong() []int { return f.wrong }

// Refuse takes back the value of a name and notes why: in words that follow NAME=value.
func (f *File) Refuse(name, why string) {
	v := f.values[name]
	delete(f.values, name)
	f.note(v.Line, name+"="+v.Text+" "+why)
}

// Known reports whether the file may set a name: a setting of go-safe, or what go env -w accepts.
func Known(name string) bool {
	return strings.HasPrefix(name, "GOSAFE") || slices.Contains(goSettings, name)
}

// goSettings are the names in internal/cfg.KnownEnv of Go 1.26 that go env -w accepts
// (cmd/go/internal/envcmd.checkEnvWrite).
var goSettings = strings.Fields(`
	AR CC CXX FC GCCGO PKG_CONFIG
	CGO_CFLAGS CGO_CFLAGS_ALLOW CGO_CFLAGS_DISALLOW CGO_CPPFLAGS CGO_CPPFLAGS_ALLOW CGO_CPPFLAGS_DISALLOW
	CGO_CXXFLAGS CGO_CXXFLAGS_ALLOW CGO_CXXFLAGS_DISALLOW CGO_ENABLED CGO_FFLAGS CGO_FFLAGS_ALLOW
	CGO_FFLAGS_DISALLOW CGO_LDFLAGS CGO_LDFLAGS_ALLOW CGO_LDFLAGS_DISALLOW
	GO111MODULE GO386 GOAMD64 GOARCH GOARM GOARM64 GOAUTH GOBIN GOCACHE GOCACHEPROG GOEXPERIMENT GOFIPS140 GOFLAGS
	GOINSECURE GOMIPS GOMIPS64 GOMODCACHE GONOPROXY GONOSUMDB GOOS GOPATH GOPPC64 GOPRIVATE GOPROXY GORISCV64 GOROOT
	GOSUMDB GOTMPDIR GOTOOLCHAIN GOVCS GOWASM GO_EXTLINK_ENABLED`)

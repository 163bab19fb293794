package shim

import (
	"reflect"
	"slices"
	"strings"
	"testing"
)

func TestOutputs(t *testing.T) {
	dot := []string{"."}
	for _, tt := range []struct {
		line    string
		goflags string
		want    Outputs
	}{
		{line: "build", want: Outputs{Packages: dot}},
		{line: "-C x build -v ./a b.go", want: Outputs{Packages: []string{"./a", "b.go"}}},
		{line: "build -o bin/x ./a", want: Outputs{Packages: []string{"./a"}, Binary: "bin/x"}},
		{line: "build", goflags: "-o=/bin/", want: Outputs{Packages: dot, Binary: "/bin/"}},
		{line: "vet -o x", want: Outputs{}},
		{line: "test ./...", want: Outputs{Suffix: ".test"}},
		{line: "test -c", want: Outputs{Packages: dot, Suffix: ".test"}},
		{line: "test -o=x ./a", want: Outputs{Packages: []string{"./a"}, Suffix: ".test", Binary: "x"}},
		{line: "test . -coverprofile c.out", want: Outputs{Files: []string{"c.out"}, Packages: dot, Suffix: ".test"}},
		{line: "test -test.c -outputdir=/o -cpuprofile=c -trace=/t",
			want: Outputs{Files: []string{"/o/c", "/t"}, Packages: dot, Suffix: ".test"}},
		{line: "test -test.coverprofile c.out -test.outputdir=o ./a",
			want: Outputs{Files: []string{"o/c.out"}, Packages: []string{"./a"}, Suffix: ".test"}},
		{line: "vet -debug-trace=t -debug-actiongraph g .", want: Outputs{Files: []string{"g", "t"}}},
		{line: "test -debug-runtime-trace=/r .", want: Outputs{Files: []string{"/r"}, Suffix: ".test"}},
		{line: "build -buildmode plugin .", goflags: "-buildmode=c-archive",
			want: Outputs{Packages: dot, Mode: "plugin"}},
		{line: "test -c", goflags: "-buildmode=pie", want: Outputs{Packages: dot, Suffix: ".test", Mode: "pie"}},
		{line: "mod init x", want: Outputs{Files: []string{"go.mod"}}},
		{line: "work init ./a", want: Outputs{Work: true}},
		{line: "mod vendor -v", want: Outputs{Vendor: true}},
		{line: "work vendor -o v", want: Outputs{Files: []string{"v"}}},
		{line: "get a.b/c", want: Outputs{}},
		{line: "", want: Outputs{}},
	} {
		if got := Parse(strings.Fields(tt.line), tt.goflags).Outputs(); !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%q with GOFLAGS=%s:\n got %+v\nwant %+v", tt.line, tt.goflags, got, tt.want)
		}
	}
}

func TestOutputNames(t *testing.T) {
	for _, tt := range []struct {
		line string
		want []string
	}{
		{"build", []string{"a.b", "a.b.exe"}},
		{"build -buildmode=pie", []string{"a.b", "a.b.exe"}},
		{"build -buildmode=c-archive", []string{"a.b.a", "a.b.h"}},
		{"build -buildmode=c-shared", []string{"a.b", "a.h"}},
		{"build -buildmode=plugin", []string{"a.b.so"}},
		{"test -c -buildmode=c-archive", []string{"a.b.test.a", "a.b.test.h"}},
	} {
		if got := Parse(strings.Fields(tt.line), "").Outputs().Names("a.b"); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %q, want %q", tt.line, got, tt.want)
		}
	}
	archive := Parse([]string{"build", "-buildmode=c-archive"}, "").Outputs()
	if got := archive.Beside("out/lib.a"); !slices.Equal(got, []string{"out/lib.a", "out/lib.h"}) {
		t.Errorf("beside: %q", got)
	}
}

func FuzzOutputs(f *testing.F) {
	for _, line := range []string{
		"", "build -o x ./...", "test -c -outputdir d -coverprofile=c", "mod vendor -o", "work init",
	} {
		f.Add(line, "-o=y")
	}
	f.Fuzz(func(t *testing.T, line, goflags string) {
		args := strings.Split(line, " ")
		before := slices.Clone(args)
		o := Parse(args, goflags).Outputs()
		if !slices.Equal(args, before) {
			t.Fatalf("arguments changed: %q, were %q", args, before)
		}
		for _, name := range append(o.Files, o.Packages...) {
			if name == "" && !slices.Contains(args, "") {
				t.Fatalf("a name is empty: %+v", o)
			}
		}
	})
}

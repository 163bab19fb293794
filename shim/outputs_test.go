package shim

import (
	"reflect"
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
		{line: "test -test.c -outputdir=/o -cpuprofile=c -trace=/t", want: Outputs{Files: []string{"/o/c", "/t"}, Packages: dot, Suffix: ".test"}},
		{line: "mod init x", want: Outputs{Files: []string{"go.mod"}}},
		{line: "work init ./a", want: Outputs{Files: []string{"go.work", "go.work.sum"}}},
		{line: "mod vendor -v", want: Outputs{Vendor: true}},
		{line: "work vendor -o v", want: Outputs{Files: []string{"v"}}},
		{line: "get a.b/c", want: Outputs{}},
		{line: "", want: Outputs{}},
	} {
		if got := OutputsOf(strings.Fields(tt.line), tt.goflags); !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%q with GOFLAGS=%s:\n got %+v\nwant %+v", tt.line, tt.goflags, got, tt.want)
		}
	}
}

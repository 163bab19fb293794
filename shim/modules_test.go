package shim

import (
	"reflect"
	"strings"
	"testing"
)

func TestModules(t *testing.T) {
	for _, tt := range []struct {
		line    string
		goflags string
		want    Modules
	}{
		{line: "build ./...", want: Modules{}},
		{line: "build -mod=mod ./...", want: Modules{NoVendor: true, Imports: true}},
		{line: "build -mod readonly", goflags: "-v -mod=mod", want: Modules{NoVendor: true}},
		{line: "test", goflags: "-mod=vendor", want: Modules{}},
		{line: "vet", goflags: "'-modfile=a.mod'", want: Modules{File: "a.mod"}},
		{line: "vet --modfile b.mod", goflags: "-modfile=a.mod", want: Modules{File: "b.mod"}},
		{line: "vet", goflags: `'-modfile=a b.mod'`, want: Modules{File: "a b.mod"}},
		{line: "build -o -mod=mod", want: Modules{}},
		{line: "get", want: Modules{NoVendor: true, More: true}},
		{line: "get -t ./...", want: Modules{NoVendor: true, More: true}},
		{line: "get a.b/c", want: Modules{NoVendor: true, More: true}},
		{line: "get -tool a.b/c", want: Modules{NoVendor: true, More: true}},
		{line: "get -u=patch", want: Modules{NoVendor: true, More: true}},
		{line: "get a.b/c@v1.0.0 a.b/v2/d@v2.0.0 x@v1 y@latest",
			want: Modules{NoVendor: true, More: true, Versions: []string{"a.b/c@v1.0.0"}}},
		{line: "mod tidy", want: Modules{NoVendor: true, Imports: true}},
		{line: "generate ./...", want: Modules{Programs: true}},
		{line: "mod vendor", want: Modules{NoVendor: true}},
		{line: "mod download", want: Modules{NoVendor: true, Zips: true, Required: true}},
		{line: "mod download a.b/c@v1.0.0",
			want: Modules{NoVendor: true, Zips: true, Versions: []string{"a.b/c@v1.0.0"}}},
		{line: "mod download a.b/c@v1.0.0 a.b/d@latest",
			want: Modules{NoVendor: true, Zips: true, Versions: []string{"a.b/c@v1.0.0"}, More: true}},
		{line: "mod download a.b/c@v1", want: Modules{NoVendor: true, Zips: true, More: true}},
		{line: "mod download a.b/../c@v1.0.0", want: Modules{NoVendor: true, Zips: true, More: true}},
		{line: "mod download all", want: Modules{NoVendor: true, Zips: true, More: true}},
		{line: "work sync", want: Modules{NoVendor: true, More: true}},
		{line: "work use ./a", want: Modules{NoVendor: true}},
		{line: "mod graph", want: Modules{NoVendor: true, Graph: true}},
		{line: "mod verify", want: Modules{NoVendor: true, Graph: true}},
		{line: "mod why a.b/c", want: Modules{NoVendor: true, More: true}},
		{line: "mod why -m a.b/c", want: Modules{NoVendor: true, More: true}},
		{line: "list -m", want: Modules{}},
		{line: "list -m -json all", want: Modules{Infos: true, Trees: true}},
		{line: "list -m -f={{.Dir}} a.b/c", want: Modules{Infos: true, Trees: true}},
		{line: "list -json all", want: Modules{}},
		{line: "doc -all a.b/c", want: Modules{Trees: true}},
		{line: "list -m all", want: Modules{Infos: true}},
		{line: "list -m -u all", want: Modules{Infos: true, More: true}},
		{line: "list -m -versions a.b/c", want: Modules{Infos: true, More: true}},
		{line: "list -m a.b/c@v1.0.0", want: Modules{Infos: true, More: true}},
		{line: "list -m a.b/c@latest", want: Modules{Infos: true, More: true}},
		{line: "install ./cmd/x", want: Modules{}},
		{line: "install a.b/c@v1.0.0", want: Modules{More: true, Versions: []string{"a.b/c@v1.0.0"}}},
		{line: "run . a@b", want: Modules{}},
		{line: "run a.b/c@latest x", want: Modules{More: true}},
	} {
		got := Parse(strings.Fields(tt.line), tt.goflags).Modules
		if len(got.Versions) == 0 {
			got.Versions = nil
		}
		if !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%q with GOFLAGS=%s:\n got %+v\nwant %+v", tt.line, tt.goflags, got, tt.want)
		}
	}
}

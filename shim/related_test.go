package shim

import (
	"strings"
	"testing"
)

func TestList(t *testing.T) {
	for line, want := range map[string]string{
		"build":                                "list -buildvcs=false -deps --",
		"build -o x -tags a,b -race ./... ./b": "list -buildvcs=false -tags=a,b -race -deps -- ./... ./b",
		"build -mod=mod .":                     "list -buildvcs=false -mod=mod -mod=readonly -deps -- .",
		"test ./a -run X -args y":              "list -buildvcs=false -deps -test -- ./a",
		"vet -vettool=x .":                     "list -buildvcs=false -deps -test -- .",
		"run -race a.go b.go c d":              "list -buildvcs=false -race -deps -- a.go b.go",
		"run . a@b":                            "list -buildvcs=false -deps -- .",
		"run":                                  "list -buildvcs=false -deps --",
		"run a@v1.0.0":                         "",
		"install a@v1.0.0":                     "",
		"list -f {{.Dir}} .":                   "list -buildvcs=false -- .",
		"list -test .":                         "list -buildvcs=false -test -deps -- .",
		"list -m -u all":                       "list -buildvcs=false -m -- all",
		"list -find .":                         "",
		"get a@latest":                         "list -buildvcs=false -m -- all",
		"mod tidy -v":                          "list -buildvcs=false -m -- all",
		"-C d build -modfile x.mod":            "list -buildvcs=false -modfile=x.mod -deps --",
		"generate":                             "",
		"bogus":                                "",
	} {
		if got := strings.Join(Parse(strings.Fields(line), "").List(), " "); got != want {
			t.Errorf("%s:\n got %s\nwant %s", line, got, want)
		}
	}
	got := strings.Join(Parse([]string{"build"}, "-mod=mod -v").List(), " ")
	if got != "list -buildvcs=false -mod=mod -mod=readonly -deps --" {
		t.Errorf("GOFLAGS: %s", got)
	}
}

func TestListAll(t *testing.T) {
	for line, want := range map[string]string{
		"mod tidy -v -compat 1.21": "list -buildvcs=false -modfile=x.mod -mod=readonly -deps -test -- ./...",
		"-C d mod vendor -o x":     "list -buildvcs=false -modfile=x.mod -mod=readonly -deps -test -- ./...",
		"mod download":             "",
		"build":                    "",
	} {
		if got := strings.Join(Parse(strings.Fields(line), "-modfile=x.mod").ListAll(), " "); got != want {
			t.Errorf("%s:\n got %s\nwant %s", line, got, want)
		}
	}
}

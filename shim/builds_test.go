package shim

import (
	"strings"
	"testing"
)

func TestBuildOf(t *testing.T) {
	for line, want := range map[string]string{
		"build":                             "build -o /dev/null --",
		"build -o x -v -a -tags a,b . ./b":  "build -o /dev/null -tags=a,b -- . ./b",
		"build -n":                          "",
		"build -buildmode=c-shared":         "",
		"install ./x":                       "build -o /dev/null -- ./x",
		"install a@v1.0.0":                  "",
		"run -race a.go b.go c d":           "build -o /dev/null -race -- a.go b.go",
		"vet -fix -printf=false .":          "vet -- .",
		"test -vet=off -run X ./a -args -o": "test -count=1 -exec=true -vet=off ./a: executes",
		"test -test.v -race":                "test -count=1 -exec=true -race: executes",
		"test -c .":                         "test -count=1 -exec=true .",
		"test -exec x -coverprofile y":      "test -count=1 -exec=true",
		"generate":                          "",
		"bogus":                             "",
	} {
		args, executes := BuildOf(strings.Fields(line), "")
		got := strings.Join(args, " ")
		if executes {
			got += ": executes"
		}
		if got != want {
			t.Errorf("%s:\n got %s\nwant %s", line, got, want)
		}
	}
}

package entry

import (
	"errors"
	"strings"
	"testing"
)

// The rule of go safe entrypoint, a row for each sentence of it.
func TestEntrypoint(t *testing.T) {
	onPath := func(name string) bool {
		return strings.Contains(" sh make env test fmt install npm ", " "+name+" ")
	}
	for _, tt := range []struct{ args, want string }{
		{"", "go:"},
		{"-h", "go: -h"},
		{"--help", "go: --help"},
		{"build ./...", "go: build ./..."},
		{"go build ./...", "go: build ./..."},
		{"go", "go:"},
		{"go go", "go: go"},
		{"safe doctor", "go: safe doctor"},
		{"test ./...", "go: test ./..."},
		{"fmt", "go: fmt"},
		{"install ./cmd/x", "go: install ./cmd/x"},
		{"env", "go: env"},
		{"env GOCACHE", "go: env GOCACHE"},
		{"env -json", "go: env -json"},
		{"env -w GOPROXY=off", "go: env -w GOPROXY=off"},
		{"env A=b make", "program: env A=b make"},
		{"env -i A=b make", "program: env -i A=b make"},
		{"env =b", "go: env =b"},
		{"-- env", "program: env"},
		{"-- build", "program: build"},
		{"sh -c id", "program: sh -c id"},
		{"make -j8", "program: make -j8"},
		{"./build", "program: ./build"},
		{"/bin/test -e x", "program: /bin/test -e x"},
		{"nosuch x", "unknown: nosuch"},
		{"--user owner build", "go: build user=owner"},
		{"--user=1:2 --init -- sh", "program: sh user=1:2 init"},
		{"--init", "go: init"},
		{"--user", "usage"},
		{"--user=", "usage"},
		{"--", "usage"},
	} {
		e, err := Entrypoint(strings.Fields(tt.args), onPath)
		if got := describe(e, err); got != tt.want {
			t.Errorf("entrypoint %s: %q, want %q", tt.args, got, tt.want)
		}
	}
}

func TestExec(t *testing.T) {
	for _, tt := range []struct{ args, want string }{
		{"make all", "program: make all"},
		{"go build", "program: go build"},
		{"-- -x", "program: -x"},
		{"--user 0 -- id", "program: id user=0"},
		{"", "usage"},
		{"--user 0", "usage"},
		{"-x", "usage"},
	} {
		e, err := Exec(strings.Fields(tt.args))
		if got := describe(e, err); got != tt.want {
			t.Errorf("exec %s: %q, want %q", tt.args, got, tt.want)
		}
	}
}

// An empty user is what a variable that is not set gives. Without a user, root would stay root.
func TestEmptyUser(t *testing.T) {
	for _, args := range [][]string{{"--user", "", "sh"}, {"--user=", "sh"}, {"--user", "1", "--user", "", "sh"}} {
		if e, err := Exec(args); describe(e, err) != "usage" {
			t.Errorf("%q: %s", args, describe(e, err))
		}
	}
}

func describe(e Entry, err error) string {
	var unknown *UnknownError
	switch {
	case errors.As(err, &unknown):
		return "unknown: " + unknown.Word
	case errors.Is(err, ErrUsage):
		return "usage"
	case err != nil:
		return err.Error()
	}
	kind := "program:"
	if e.Go {
		kind = "go:"
	}
	words := append([]string{kind}, e.Args...)
	if e.User != "" {
		words = append(words, "user="+e.User)
	}
	if e.Init {
		words = append(words, "init")
	}
	return strings.Join(words, " ")
}

// Whatever it is given, each word is either used or refused, and none gets lost.
func FuzzEntrypoint(f *testing.F) {
	f.Add("--user\x00owner\x00env\x00A=b")
	f.Add("go\x00build")
	f.Fuzz(func(t *testing.T, line string) {
		args := strings.Split(line, "\x00")
		e, err := Entrypoint(args, func(name string) bool { return len(name)%2 == 0 })
		if err != nil {
			return
		}
		if len(e.Args) > len(args) || strings.Join(e.Args, "\x00") != strings.Join(args[len(args)-len(e.Args):], "\x00") {
			t.Errorf("%q became %q", args, e.Args)
		}
		if !e.Go && len(e.Args) == 0 {
			t.Errorf("%q: no program", args)
		}
	})
}

//go:build linux

package containers

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// testSize checks how much go-safe adds to the golang image.
func (e *engine) testSize(t *testing.T) {
	size := func(image string) int {
		n, err := strconv.Atoi(e.must(t, "image", "inspect", "-f", "{{.Size}}", image))
		mustDo(t, err)
		return n
	}
	added := size(debianImage) - size(golangImage)
	t.Logf("go-safe adds %.1f MB", float64(added)/1e6)
	if added > 6.5e6 {
		t.Errorf("go-safe adds %d bytes, more than 6.5 MB", added)
	}
}

// testLayers checks that RUN go leaves the same files in a layer as with plain go.
func (e *engine) testLayers(t *testing.T) {
	files := func(image string) (list []string) {
		tag := "localhost/go-safe/built"
		e.buildText(t, tag, "FROM "+image+`
USER 0
RUN mkdir /m && cd /m && printf 'module m\n\ngo 1.21\n' >go.mod && printf 'package m\n' >m.go && \
    go get golang.org/x/sync@v0.18.0 && go build ./... && go env -w GOFLAGS=-v
`)
		entry := regexp.MustCompile(`go-build/../[0-9a-f]+-[ad]$`)
		for name := range e.layerOf(t, tag) {
			list = append(list, entry.ReplaceAllString(name, "go-build/ENTRY"))
		}
		slices.Sort(list)
		return slices.Compact(list)
	}
	plain, safe := files(golangImage), files(debianImage)
	if len(plain) == 0 {
		t.Fatal("the layer of plain go has no files")
	}
	for _, name := range safe {
		if !slices.Contains(plain, name) {
			t.Errorf("a layer has %s only with go-safe", name)
		}
	}
}

// testStatic runs the static image, which has no shell.
func (e *engine) testStatic(t *testing.T, warm string) {
	for _, tt := range []struct {
		flags, args, says string
		status            int
	}{
		{"-e HOME=/", "build ./lib", "^$", 0},
		{"-u 1234 -e HOME=/", "build ./lib", "^$", 0},
		{"-u 1234 -e HOME=/ --read-only --read-only-tmpfs=false --tmpfs /tmp:exec,mode=1777", "build ./lib", "^$", 0},
		{"-u 1234 -v WARM:/warm -e GOCACHE=/warm -e HOME=/", "run .", "^hello 3\n$", 0},
		{"", "", "^go version go", 0},
		{"", "sh", "neither a word of the go command", 127},
		{"", "safe doctor", "", 0},
	} {
		s := situation{do: func(b *box) result { return b.run(tt.flags, words(tt.args)...) }}
		r := e.try(t, s, staticImage, warm)
		if r.status != tt.status || !regexp.MustCompile(tt.says).MatchString(r.out) {
			t.Errorf("%s go %s: %v", tt.flags, tt.args, r)
		}
	}
	// Without the toolchain go-safe says what is missing.
	const alone = "localhost/go-safe/alone"
	e.buildText(t, alone, "FROM scratch\nCOPY --from="+staticImage+" /opt /opt\nENV PATH=/opt/go-safe/bin\n")
	r := e.run(alone, nil, "go", "version")
	if r.status != 127 || !strings.Contains(r.out, "install Go") {
		t.Error(fmt.Sprint("go-safe alone: ", r))
	}
}

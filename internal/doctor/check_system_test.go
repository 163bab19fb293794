//go:build unix

package doctor

import (
	"io/fs"
	"strings"
	"testing"
)

func TestMemory(t *testing.T) {
	for _, tt := range []struct {
		goflags       string
		limit, cpus   int64
		status        Status
		advice, found string
	}{
		{"-p=4", 4 << 30, 4, OK, "", ""},
		{"-p=4", 1 << 30, 4, Warning, "export GOMAXPROCS=2", "go commands run 4 compilers at once"},
		{"-p=8", 1 << 30, 2, Warning, "unset GOFLAGS", "go commands run 8 compilers at once"},
		{"-p=8", 1 << 30, 4, Warning, "unset GOFLAGS && export GOMAXPROCS=2", "go commands run 8 compilers at once"},
		{"-p=1", 1 << 20, 4, OK, "", "small, and only one compiler runs at a time"},
	} {
		p := newPlace(t)
		f := p.machine(p.environ("GOFLAGS="+tt.goflags)).memoryFinding(tt.limit, tt.cpus)
		if f.Status != tt.status || f.Advice != tt.advice || f.Found != tt.found {
			t.Errorf("%+v: %+v", tt, f)
		}
	}
}

func TestOpenFiles(t *testing.T) {
	p := newPlace(t)
	if f := p.check(p.machine(p.environ("GOFLAGS=-p=1")), "open-files"); f.Status != OK {
		t.Errorf("%+v", f)
	}
	if f := p.check(p.machine(p.environ("GOFLAGS=-p=1000000000")), "open-files"); f.Status != Broken {
		t.Errorf("%+v", f)
	}
}

func TestUmask(t *testing.T) {
	for mask, want := range map[fs.FileMode]Status{0o022: OK, 0o077: OK, 0: Warning, 0o300: Broken} {
		if f := umaskFinding(mask); f.Status != want {
			t.Errorf("%03o: %+v", mask, f)
		}
	}
}

func TestRefusedFlag(t *testing.T) {
	for out, refused := range map[string]bool{
		"go: parsing $GOFLAGS: unknown flag -nosuch": true, "go: -mod=x": true, "-p must be positive": true,
		"go: -race requires cgo": false, "build cache is required": false, "": false,
	} {
		if got := refusedFlag(out); (got != "") != refused || !strings.HasSuffix(out, got) {
			t.Errorf("%q: %q", out, got)
		}
	}
}

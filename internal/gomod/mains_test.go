package gomod

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestHasMain(t *testing.T) {
	dir := t.TempDir()
	for name, src := range map[string]string{
		"lib/lib.go":          "// Package lib is no\n// package main.\npackage lib\n",
		"lib/gen.go":          "//go:build ignore\n\npackage main\n",
		"lib/main_test.go":    "package main\n",
		"lib/testdata/x/x.go": "package main\n",
		"lib/_x/x.go":         "package main\n",
		"b/own/go.mod":        "module own\n",
		"b/own/x.go":          "package main\n",
		"a/cmd/x/x.go":        "/* package x */ package main; var",
		"torn/x.go":           "package",
	} {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(src), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	for pattern, want := range map[string]bool{
		"./b/...": false, "./b/own/...": true,
		".": false, "./...": true, "./lib": false, "./lib/...": false, "./a": false, "./a/cmd/x": true,
		"a/cmd/x": false, "a/cmd/x/x.go": true, filepath.Join(dir, "a", "cmd", "x"): true,
		"./torn": false, "./none": false, "./none/...": false, "example.com/x": false, "all": false,
	} {
		if got := HasMain(dir, []string{"./lib", pattern}, time.Now().Add(time.Minute)); got != want {
			t.Errorf("%s: %t", pattern, got)
		}
	}
	if HasMain(dir, []string{"./..."}, time.Now().Add(-time.Minute)) {
		t.Error("found when the time was over")
	}
}

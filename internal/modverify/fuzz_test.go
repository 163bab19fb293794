package modverify

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/mod/module"
	"golang.org/x/mod/sumdb/dirhash"
)

// A manifest has the hash that the go command computes, of whatever it accepts as a zip file.
func FuzzZip(f *testing.F) {
	proxy := f.TempDir()
	publish(f, proxy, testMod, "package a")
	data, err := os.ReadFile(filepath.Join(proxy, "example.com/!upper/a/@v/v1.0.0.zip"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add([]byte("PK"))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := new(hasher).zip(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			return
		}
		file := filepath.Join(t.TempDir(), "x.zip")
		if err := os.WriteFile(file, data, 0o666); err != nil {
			t.Fatal(err)
		}
		want, err := dirhash.HashZip(file, dirhash.Hash1)
		if err != nil || m.hash() != want {
			t.Errorf("%s, want %s, %v", m.hash(), want, err)
		}
	})
}

// Of an extracted module too.
func TestDirHash(t *testing.T) {
	w := newWorld(t)
	c := w.open()
	defer c.Close()
	m := make(manifest)
	if err := new(hasher).subdir(m, c.root, dir, testMod.String()+"/", c.rootDevice); err != nil {
		t.Fatal(err)
	}
	want, err := dirhash.HashDir(filepath.Join(w.cache, dir), testMod.String(), dirhash.Hash1)
	if err != nil || m.hash() != want {
		t.Errorf("%s, want %s, %v", m.hash(), want, err)
	}
}

// Nothing that a go command prints is too much.
func FuzzAnswers(f *testing.F) {
	f.Add([]byte(`{"Path":"example.com/a","Version":"v1.0.0","Error":"x\ny"}
		{"Path":"example.com/b","Version":"v1.0.0","Error":{"Err":"z"}}`))
	f.Add([]byte(`{"Path":1}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		for key, reason := range parseAnswers(data) {
			if key == "" || strings.Contains(reason, "\n") {
				t.Errorf("%q: %q", key, reason)
			}
		}
	})
}

func TestParseAnswers(t *testing.T) {
	got := parseAnswers([]byte(`{"Path":"example.com/A","Version":"v1.0.0","Error":"go: x\ny"}
		{"Path":"example.com/b","Version":"v1.0.0","Error":{"Err":"z"}} {"Path":"example.com/c","Version":"v1.0.0"} half`))
	want := map[string]string{"example.com/!a@v1.0.0": "x", "example.com/b@v1.0.0": "z", "example.com/c@v1.0.0": ""}
	if len(got) != len(want) {
		t.Errorf("%q", got)
	}
	for key, reason := range want {
		if got[key] != reason {
			t.Errorf("%s: %q, want %q", key, got[key], reason)
		}
	}
}

func TestModule(t *testing.T) {
	w := newWorld(t)
	c := w.open()
	defer c.Close()
	for _, tt := range []struct {
		mod  module.Version
		want string // in the error
	}{
		{testMod, ""},
		{module.Version{Path: "example.com/b", Version: "v1.2.0"}, ""},
		{module.Version{Path: "example.com/b", Version: "v1.2"}, "is no full version"},
		{module.Version{Path: "example.com/b", Version: "latest"}, "is no full version"},
		{module.Version{Path: "../b", Version: "v1.2.0"}, "is no full version"},
		{module.Version{Path: "example.com/b", Version: "v1.2.1"}, "is not in the module cache"},
	} {
		e, err := c.Module(tt.mod.Path, tt.mod.Version)
		switch {
		case tt.want == "" && (err != nil || e.Version != tt.mod || e.size == 0):
			t.Errorf("%v: %+v, %v", tt.mod, e, err)
		case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
			t.Errorf("%v: %v, want %s", tt.mod, err, tt.want)
		}
	}
}

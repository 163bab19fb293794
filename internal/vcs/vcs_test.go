package vcs

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestFind(t *testing.T) {
	top := t.TempDir()
	for _, dir := range []string{"out/.git", "out/in/.git", "out/submodule/sub", "none"} {
		if err := os.MkdirAll(filepath.Join(top, dir), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(top, "out/submodule/.git"), []byte("gitdir: x\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	for dir, want := range map[string]string{
		"out": "out", "out/in": "out/in", "out/submodule/sub": "out", "out/missing": "out", "none": "",
	} {
		r, ok := Find(filepath.Join(top, dir))
		if ok != (want != "") || ok && r.Dir != filepath.Join(top, want) {
			t.Errorf("%s: %+v, %t", dir, r, ok)
		}
	}
}

func TestTrust(t *testing.T) {
	dir := t.TempDir()
	real, err := filepath.EvalSymlinks(dir)
	if err != nil {
		t.Fatal(err)
	}
	added := func(n, count string) []string {
		return []string{
			"GIT_CONFIG_COUNT=" + count,
			"GIT_CONFIG_KEY_" + n + "=safe.directory", "GIT_CONFIG_VALUE_" + n + "=" + filepath.ToSlash(real),
		}
	}
	for _, tt := range []struct{ environ, want []string }{
		{nil, added("0", "1")},
		{[]string{"A=b", "GIT_CONFIG_COUNT="}, append([]string{"A=b"}, added("0", "1")...)},
		{[]string{"GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=a.b", "GIT_CONFIG_VALUE_0=c", "GIT_CONFIG_KEY_1=left"},
			append([]string{"GIT_CONFIG_KEY_0=a.b", "GIT_CONFIG_VALUE_0=c"}, added("1", "2")...)},
		{[]string{"GIT_CONFIG_COUNT=-1"}, []string{"GIT_CONFIG_COUNT=-1"}},
		{[]string{"GIT_CONFIG_COUNT=1x"}, []string{"GIT_CONFIG_COUNT=1x"}},
	} {
		before := slices.Clone(tt.environ)
		got := (Repo{Dir: dir}).Trust(tt.environ)
		if !slices.Equal(got, tt.want) || !slices.Equal(before, tt.environ) {
			t.Errorf("%q: %q, want %q", tt.environ, got, tt.want)
		}
	}
	if got := (Repo{Dir: filepath.Join(dir, "none")}).Trust(nil); got != nil {
		t.Errorf("%q", got)
	}
}

package layout

import (
	"io/fs"
	"slices"
	"strings"
	"testing"
)

// ShapeOf for directories given by the paths in them; those that end with a slash are directories.
func TestShapeOf(t *testing.T) {
	for _, tt := range []struct {
		name, paths string
		want        Shape
		odd         string
	}{
		{"nothing", "", Empty, ""},
		{"only what go-safe and fsck leave",
			".go-safe.lock .go-safe.lock-x go-safe-clean-7/ 00.foreign.2/ lost+found/", Empty, ""},
		{"a build cache", "00/ ff/ README trim.txt testexpire.txt fuzz/ go-safe-cache/", BuildCache, ""},
		{"a build cache with something else", "00/ ff/ 0g/ letter", Other, "0g"},
		{"a new module cache", "cache/ cache/download/", ModCache, ""},
		{"only repositories", "cache/ cache/vcs/", ModCache, ""},
		{"a module cache", "a.b/ cache/ cache/download/ cache/download/a.b/", ModCache, ""},
		{"one with a module at the top", "m@v1/ cache/ cache/download/ cache/download/m/", ModCache, ""},
		{"a module that was not downloaded", "a.b/ cache/ cache/download/", Other, "a.b"},
		{"a file in it", "cache/ cache/download/ letter", Other, "letter"},
		{"a home", ".cache/ go/", Other, ".cache"},
		{"another cache", "cache/", Other, "cache"},
	} {
		var top []string
		for path := range strings.FieldsSeq(tt.paths) {
			if path = strings.TrimSuffix(path, "/"); !strings.Contains(path, "/") {
				top = append(top, path)
			}
		}
		isDir := func(path string) bool { return slices.Contains(strings.Fields(tt.paths), path+"/") }
		if s, odd := ShapeOf(top, isDir); s != tt.want || odd != tt.odd {
			t.Errorf("%s: %d, %q", tt.name, s, odd)
		}
	}
}

func TestIsAside(t *testing.T) {
	for name, want := range map[string]bool{
		"cache.foreign": true, "a.foreign.12": true, ".foreign": true, "foreign": false, "a.foreign.go": false,
	} {
		if IsAside(name) != want {
			t.Errorf("%s: %t", name, !want)
		}
	}
}

// The areas of paths in a module cache, and what their owner needs.
func TestAreas(t *testing.T) {
	for _, tt := range []struct {
		path  string
		want  Area
		needs fs.FileMode // of a directory and of a file named v1.lock
	}{
		{"a.b/c", ModulePath, 0o700}, {"a.b/c@v1/deep/cache", Module, 0o500}, {"cache", Cache, 0o700},
		{"cache/download/a.b/@v", Download, 0o700}, {"cache/vcs/0f/objects", Repo, 0o700}, {"a.b/cache", ModulePath, 0o700},
	} {
		a := ModCache.Area()
		for name := range strings.SplitSeq(tt.path, "/") {
			a = a.Below(name)
		}
		if a != tt.want || a.Needs("", true) != tt.needs {
			t.Errorf("%s: area %d, needs %o", tt.path, a, a.Needs("", true))
		}
		if lock := a.Needs("v1.lock", false); (lock == 0o600) != (a == Download) || lock < 0o400 {
			t.Errorf("%s: a lock needs %o", tt.path, lock)
		}
	}
	if b := BuildCache.Area(); b.Below("00") != Build || b.Needs("x-a", false) != 0o600 || Plain.Needs("x", true) != 0 {
		t.Error("a build cache, or no cache")
	}
}

// Which names the go command gives, and no others.
func TestNames(t *testing.T) {
	hash := strings.Repeat("0f", 32)
	for _, tt := range []struct {
		area      Area
		dir, name string
		file      bool // as HasFile and HasDir say
		sub, deep bool
	}{
		{Cache, "cache", "lock", true, false, true},
		{Cache, "cache", "download", false, true, true},
		{Cache, "cache", "key", false, false, true},
		{Download, "@v", "v1.0.0.zip", true, true, true},
		{Download, "@v", "list", true, true, true},
		{Download, "@v", "list.lock", true, true, true},
		{Download, "@v", "key.lock", false, true, true},
		{Download, "a.b", "v1.0.0.zip", false, true, true},
		{Download, "download", "sumdb", false, true, false},
		{Download, "a.b", ".git", false, false, false},
		{ModulePath, "a.b", "m@v1.0.0", false, true, false},
		{ModulePath, "a.b", "m@", false, false, false},
		{Build, "00", hash + "-a", true, true, false},
		{Build, "00", hash + "-x", false, false, false},
		{Repo, "vcs", hash, true, true, false},
		{Repo, "vcs", hash + ".info", true, false, false},
		{Module, "m@v1", "go.mod", false, false, false},
	} {
		sub, deep := tt.area.HasDir(tt.dir, tt.name)
		if file := tt.area.HasFile(tt.dir, tt.name); file != tt.file || sub != tt.sub || sub && deep != tt.deep {
			t.Errorf("area %d, %s/%s: file %t, directory %t, deep %t", tt.area, tt.dir, tt.name, file, sub, deep)
		}
	}
}

//go:build linux && (amd64 || arm64)

package testscripts

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/rogpeppe/go-internal/txtar"
)

// faultCases are the commands, with what must hold of each.
func faultCases() []faultCase {
	return []faultCase{
		{
			name: "clean -cache", args: []string{"clean", "-cache"},
			make: buildCacheFiles, intact: buildCacheIntact, done: buildCacheGone, statuses: []int{1},
		},
		{
			name: "clean -cache of another user", args: []string{"clean", "-cache"}, owner: faultUser,
			make: buildCacheFiles, intact: buildCacheIntact, done: buildCacheGone, statuses: []int{1},
		},
		{
			name: "clean -modcache", args: []string{"clean", "-modcache"},
			make: moduleFiles, intact: moduleCacheWhole, done: moduleCacheGone, statuses: []int{1},
		},
		{
			name: "clean -modcache of another user", args: []string{"clean", "-modcache"}, owner: faultUser,
			make: moduleFiles, intact: moduleCacheWhole, done: moduleCacheGone, statuses: []int{1},
		},
		{
			name: "clean -modcache in a closed folder", args: []string{"clean", "-modcache"}, uid: faultUser,
			make: moduleFilesClosed, intact: moduleCacheUsable, done: moduleCacheEmpty,
			exits: 1, opened: "/gopath/pkg/mod",
		},
		{
			name: "clean -modcache that is put back", args: []string{"clean", "-modcache"}, uid: faultUser,
			env:  []string{"GOSAFE_GO=$DIR/failing"},
			make: moduleFilesFailing, intact: moduleCacheWhole, done: moduleCacheSound, exits: 3,
		},
		{
			name: "clean -modcache that is put back in a closed folder", args: []string{"clean", "-modcache"}, uid: faultUser,
			env:  []string{"GOSAFE_GO=$DIR/failing"},
			make: moduleFilesFailingClosed, intact: moduleCacheUsable, done: moduleCacheSound, exits: 3, byEntry: true,
		},
		{
			name: "install", args: []string{"install", "-ldflags=-X=main.version=new"},
			env:  []string{"GOBIN=$DIR/bin", "GOCACHE=$ROOT/faultcache"},
			make: programFiles, intact: programWhole, done: programNew, statuses: []int{1},
		},
		{
			name: "install of another user", args: []string{"install", "-ldflags=-X=main.version=new"}, owner: faultUser,
			env:  []string{"GOBIN=$DIR/bin", "GOCACHE=$ROOT/faultcache"},
			make: programFiles, intact: programWhole, done: programNew, statuses: []int{1},
		},
		{
			name: "env -w", args: []string{"env", "-w", "GOPRIVATE=example.com/new"},
			env:  []string{"GOENV=$DIR/config/env"},
			make: envFile, intact: envFileWhole, done: envFileNew, statuses: []int{1},
		},
		{
			name: "env -w of another user", args: []string{"env", "-w", "GOPRIVATE=example.com/new"},
			env: []string{"GOENV=$DIR/config/env"}, owner: faultUser,
			make: envFile, intact: envFileWhole, done: envFileNew, statuses: []int{1},
		},
		{
			name: "seed", args: []string{"build", "./..."}, uid: faultUser, alone: true,
			env:  []string{"GOPATH=$DIR/ro", "GOMODCACHE="},
			make: readOnlyFiles, intact: privateCopyWhole, done: privateCopyUsed, statuses: []int{1},
		},
		{
			name: "verify", args: []string{"safe", "verify"},
			make: moduleFiles, intact: moduleCacheThere, done: verifySound,
		},
		{
			name: "verify --heal", args: []string{"safe", "verify", "--heal"},
			make: damagedFiles, intact: undamagedThere, done: moduleCacheSound, statuses: []int{1},
		},
		{
			name: "fix", args: []string{"safe", "fix", "$DIR/gopath/pkg/mod"}, uid: faultUser,
			make: closedFiles, intact: moduleCacheThere, done: openedToOwner, statuses: []int{1},
		},
		{
			name: "fix --owner", asRoot: true,
			args: []string{"safe", "fix", "--owner", fmt.Sprintf("%d:%[1]d", faultUser), "$DIR/gopath/pkg/mod"},
			make: moduleFiles, intact: moduleCacheThere, done: givenToUser, statuses: []int{1},
		},
		{
			name: "share", asRoot: true,
			args: []string{"safe", "share", "--group", fmt.Sprint(faultGroup), "$DIR/gopath/pkg/mod"},
			make: moduleFiles, intact: moduleCacheThere, done: sharedWithGroup, statuses: []int{1},
		},
	}
}

const faultGroup = 43351

// template has the folders that each case has.
func (f *faultRun) folders(dir string) {
	for _, name := range []string{"home", "tmp", "cache"} {
		mustDo(f.t, makeDir(filepath.Join(dir, name), 0o755))
	}
	mustDo(f.t, os.Chmod(dir+"/tmp", 0o777|fs.ModeSticky))
}

// write writes files of a txtar archive.
func (f *faultRun) write(dir, archive string) {
	mustDo(f.t, txtar.Write(txtar.Parse([]byte(archive)), dir))
}

// plain runs the true go in dir/module, with the environment of the case.
func (f *faultRun) plain(dir string, environ []string, args ...string) {
	cmd := exec.Command(filepath.Join(f.goroot, "bin", "go"), args...)
	w := &faultWorker{faultRun: f, dir: dir}
	cmd.Dir, cmd.Env = dir+"/module", append(w.environ(), environ...)
	mustRun(f.t, cmd)
}

func buildCacheFiles(f *faultRun, dir string) {
	f.folders(dir)
	f.write(dir+"/cache", `
-- README --
about
-- trim.txt --
1
-- 00/00aa-a --
action
-- 00/00bb-d --
data
-- 7f/7fcc-d --
data
-- ff/ffdd-a --
action
-- fuzz/m/FuzzX/corpus --
corpus
`)
}

// buildCacheIntact: any part of a build cache is one. What go clean -cache leaves stays.
func buildCacheIntact(dir string) error {
	for _, file := range []string{"README", "fuzz/m/FuzzX/corpus"} {
		if _, err := os.Stat(filepath.Join(dir, "cache", file)); err != nil {
			return err
		}
	}
	return nil
}

func buildCacheGone(dir string, _ *injected) error {
	files, _ := filepath.Glob(dir + "/cache/[0-9a-f][0-9a-f]/*")
	if len(files) > 0 {
		return fmt.Errorf("%v is there", files)
	}
	return nil
}

// moduleFiles are a module cache, and a module that uses it.
func moduleFiles(f *faultRun, dir string) {
	f.folders(dir)
	f.write(dir+"/module", `
-- go.mod --
module m

go 1.21

require example.com/b v1.0.0

require example.com/a v1.0.0 // indirect
-- m.go --
package m

import _ "example.com/b"
`)
	f.plain(dir, nil, "build", "./...")
	mustDo(f.t, os.RemoveAll(dir+"/cache"))
	mustDo(f.t, makeDir(dir+"/cache", 0o755))
	mustDo(f.t, os.RemoveAll(dir+"/home"))
	mustDo(f.t, makeDir(dir+"/home", 0o755))
}

// moduleFilesClosed are those in a folder that they cannot be renamed in.
func moduleFilesClosed(f *faultRun, dir string) {
	moduleFiles(f, dir)
	f.spoil = func(dir string) error { return os.Chown(dir+"/gopath/pkg", 0, 0) }
}

// moduleFilesFailing are those, and a go command that fails before it removes anything.
func moduleFilesFailing(f *faultRun, dir string) {
	moduleFiles(f, dir)
	mustDo(f.t, os.WriteFile(dir+"/failing", []byte("#!/bin/sh\necho go: failed >&2\nexit 3\n"), 0o755))
}

func moduleFilesFailingClosed(f *faultRun, dir string) {
	moduleFilesFailing(f, dir)
	f.spoil = func(dir string) error { return os.Chown(dir+"/gopath/pkg", 0, 0) }
}

// cachedModules are what moduleFiles leaves in its module cache, by the path in it.
func cachedModules(cache string) (map[string]string, error) {
	files := make(map[string]string)
	err := filepath.WalkDir(cache, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		name := strings.TrimPrefix(path, cache+"/")
		ours := strings.HasPrefix(d.Name(), "go-safe-clean-") || strings.HasPrefix(d.Name(), ".go-safe-heal-")
		if d.IsDir() && ours {
			return fs.SkipDir
		}
		if d.IsDir() || strings.HasSuffix(name, "lock") || d.Name() == "list" {
			return nil
		}
		data, err := os.ReadFile(path)
		files[name] = string(data)
		return err
	})
	return files, err
}

// moduleCaches are the files of the module cache as they are, and as they were.
func moduleCaches(dir string) (have, want map[string]string, err error) {
	const cache = "/gopath/pkg/mod"
	if want, err = cachedModules(templateOf(dir) + cache); err == nil {
		have, err = cachedModules(dir + cache)
	}
	return have, want, err
}

// moduleCacheWhole: all of the cache is there, or nothing.
func moduleCacheWhole(dir string) error {
	have, want, err := moduleCaches(dir)
	if err != nil || len(have) == 0 {
		return err
	}
	return sameFiles(have, want)
}

// moduleCacheUsable: nothing is there by half. Where the cache is moved entry by entry, folder "cache" is the last one
// to go and the first one to come back: each extracted module is there or not, and none without its zip.
func moduleCacheUsable(dir string) error {
	have, want, err := moduleCaches(dir)
	if err != nil || len(have) == 0 {
		return err
	}
	for name := range want {
		first, _, _ := strings.Cut(name, "/")
		_, err := os.Lstat(filepath.Join(dir, "gopath/pkg/mod", first))
		if errors.Is(err, fs.ErrNotExist) && first != "cache" {
			delete(want, name)
		}
	}
	return sameFiles(have, want)
}

// moduleCacheThere: all of the cache is there.
func moduleCacheThere(dir string) error {
	have, want, err := moduleCaches(dir)
	if err != nil {
		return err
	}
	return sameFiles(have, want)
}

func moduleCacheSound(dir string, _ *injected) error { return moduleCacheThere(dir) }

// templateOf is the directory that another one was copied from.
func templateOf(dir string) string { return filepath.Join(filepath.Dir(dir), "template") }

func sameFiles(have, want map[string]string) error {
	var odd []string
	for name, text := range want {
		if got, ok := have[name]; !ok {
			odd = append(odd, "- "+name)
		} else if got != text {
			odd = append(odd, "! "+name)
		}
	}
	for name := range have {
		if _, ok := want[name]; !ok {
			odd = append(odd, "+ "+name)
		}
	}
	if len(odd) == 0 {
		return nil
	}
	slices.Sort(odd)
	return fmt.Errorf("%d of %d files: %s", len(have), len(want), strings.Join(odd, ", "))
}

func moduleCacheGone(dir string, _ *injected) error {
	if _, err := os.Lstat(dir + "/gopath/pkg/mod"); err == nil {
		return errors.New("the cache is there")
	}
	return nil
}

// moduleCacheEmpty: where the cache itself cannot be removed.
func moduleCacheEmpty(dir string, _ *injected) error {
	entries, err := os.ReadDir(dir + "/gopath/pkg/mod")
	if err == nil && len(entries) > 0 {
		err = fmt.Errorf("%v is there", entries)
	}
	return err
}

// programFiles are a program in a directory to which the go command does not rename (F16).
func programFiles(f *faultRun, dir string) {
	f.folders(dir)
	f.write(dir+"/module", versionModule)
	mustDo(f.t, makeDir(dir+"/bin", 0o755|fs.ModeSetgid))
	f.plain(dir, nil, "install", "-ldflags=-X=main.version=old")
	mustDo(f.t, os.RemoveAll(dir+"/home"))
	mustDo(f.t, makeDir(dir+"/home", 0o755))
}

func version(dir string) (string, error) {
	out, err := exec.Command(dir + "/bin/prog").CombinedOutput()
	return string(out), err
}

func programWhole(dir string) error {
	strange, _ := filepath.Glob(filepath.Dir(filepath.Dir(filepath.Dir(dir))) + "/faultcache/*.foreign*")
	if len(strange) > 0 {
		return fmt.Errorf("moved aside: %v", strange)
	}
	text, err := version(dir)
	if err == nil && text != "old is whole\n" && text != "new is whole\n" {
		err = fmt.Errorf("it prints %q", text)
	}
	return err
}

func programNew(dir string, _ *injected) error {
	text, err := version(dir)
	if err == nil && text != "new is whole\n" {
		err = fmt.Errorf("it prints %q", text)
	}
	return err
}

const (
	oldEnv = "GOFLAGS=-trimpath\nGONOPROXY=example.com/old\n"
	newEnv = oldEnv + "GOPRIVATE=example.com/new\n"
)

func envFile(f *faultRun, dir string) {
	f.folders(dir)
	f.write(dir+"/config", "-- env --\n"+oldEnv)
}

func envFileWhole(dir string) error {
	data, err := os.ReadFile(dir + "/config/env")
	if err == nil && string(data) != oldEnv && string(data) != newEnv {
		err = fmt.Errorf("the file is %q", data)
	}
	return err
}

func envFileNew(dir string, _ *injected) error {
	data, err := os.ReadFile(dir + "/config/env")
	if err == nil && string(data) != newEnv {
		err = fmt.Errorf("the file is %q", data)
	}
	return err
}

// readOnlyFiles are a module cache of root's, and a user's module that needs one version more.
func readOnlyFiles(f *faultRun, dir string) {
	moduleFiles(f, dir)
	file := dir + "/module/go.mod"
	text, err := os.ReadFile(file)
	mustDo(f.t, err)
	text = bytes.Replace(text, []byte("example.com/a v1.0.0"), []byte("example.com/a v1.1.0"), 1)
	mustDo(f.t, os.WriteFile(file, text, 0o644))
	f.spoil = func(dir string) error { return chownTree(dir+"/ro", 0) }
	f.t.Cleanup(func() { removeTree(fallback) })
}

// privateCopyWhole: the cache is as it was, and in the copy nothing is by half.
func privateCopyWhole(dir string) error {
	want, err := cachedModules(templateOf(dir) + "/ro/pkg/mod")
	if err != nil {
		return err
	}
	have, err := cachedModules(dir + "/ro/pkg/mod")
	if err != nil {
		return err
	}
	if err := sameFiles(have, want); err != nil {
		return err
	}
	for _, twin := range privateCopies(dir) {
		if err := nothingByHalf(dir, twin); err != nil {
			return fmt.Errorf("%s: %w", twin, err)
		}
	}
	return nil
}

// privateCopies are the module caches where go-safe makes them.
func privateCopies(dir string) (list []string) {
	find := func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && strings.HasSuffix(path, "/cache/download") {
			list = append(list, strings.TrimSuffix(path, "/cache/download"))
			return fs.SkipDir
		}
		return nil
	}
	filepath.WalkDir(dir+"/home", find)
	filepath.WalkDir(fallback, find)
	return list
}

// nothingByHalf compares what a module cache has under final names with what the proxy has.
func nothingByHalf(dir, cache string) error {
	proxy := filepath.Join(filepath.Dir(filepath.Dir(filepath.Dir(dir))), "versions")
	files, err := cachedModules(cache)
	if err != nil {
		return err
	}
	for name, text := range files {
		file, ok := strings.CutPrefix(name, "cache/download/")
		if !ok || strings.HasSuffix(name, ".tmp") || strings.HasPrefix(file, "sumdb/") || strings.HasPrefix(file, ".go-safe.") {
			continue // what a private copy says of itself is not the proxy's
		}
		want, err := os.ReadFile(filepath.Join(proxy, file))
		switch {
		case strings.HasSuffix(name, ".ziphash"):
			if _, ok := files[strings.TrimSuffix(name, "hash")]; !ok || len(text) != len("h1:")+44 {
				return fmt.Errorf("%s is %q, or alone", name, text)
			}
		case strings.HasSuffix(name, ".partial"):
		case err != nil:
			return err
		case string(want) != text:
			return fmt.Errorf("%s has %d bytes, not %d", name, len(text), len(want))
		}
	}
	return nil
}

// privateCopyUsed: something was copied, and the project builds from it.
func privateCopyUsed(dir string, r *injected) error {
	for _, twin := range privateCopies(dir) {
		if _, err := os.Stat(twin + "/cache/download/example.com/a/@v/v1.1.0.zip"); err == nil {
			return nil
		}
	}
	return errors.New("no module was downloaded to a private cache")
}

// verifySound: what was not looked at is not called sound.
func verifySound(dir string, r *injected) error {
	for _, words := range []string{"2 module versions verified", "all as they should be"} {
		if !bytes.Contains(r.output, []byte(words)) {
			return fmt.Errorf("it says %q", r.output)
		}
	}
	return nil
}

// damagedFiles are a module cache with damage of several kinds. The template stays sound, for that is how all
// is to be.
func damagedFiles(f *faultRun, dir string) {
	moduleFiles(f, dir)
	f.spoil = func(dir string) error {
		cache := dir + "/gopath/pkg/mod"
		at := cache + "/cache/download/example.com"
		return errors.Join(
			os.Truncate(at+"/b/@v/v1.0.0.zip", 100),
			os.Truncate(at+"/b/@v/v1.0.0.mod", 0),
			os.Truncate(at+"/a/@v/v1.0.0.ziphash", 0),
			os.Chmod(cache+"/example.com/a@v1.0.0/a.go", 0o644),
			os.WriteFile(cache+"/example.com/a@v1.0.0/a.go", []byte("changed"), 0o644),
		)
	}
}

// undamagedThere: what was sound is, and what was damaged is as it was, or sound.
func undamagedThere(dir string) error {
	have, want, err := moduleCaches(dir)
	if err != nil {
		return err
	}
	const at = "cache/download/example.com/"
	for name, spoiled := range map[string]string{
		at + "b/@v/v1.0.0.zip":      want[at+"b/@v/v1.0.0.zip"][:100],
		at + "b/@v/v1.0.0.mod":      "",
		at + "a/@v/v1.0.0.ziphash":  "",
		"example.com/a@v1.0.0/a.go": "changed",
	} {
		if have[name] == spoiled {
			have[name] = want[name]
		}
	}
	// With it the go command extracts the module anew.
	delete(have, at+"a/@v/v1.0.0.partial")
	return sameFiles(have, want)
}

// closedFiles are a module cache, parts of which are closed to their owner.
func closedFiles(f *faultRun, dir string) {
	moduleFiles(f, dir)
	f.spoil = func(dir string) error {
		at := dir + "/gopath/pkg/mod/cache/download/example.com"
		return errors.Join(
			os.Chmod(at+"/a/@v/v1.0.0.mod", 0),
			os.Chmod(at+"/b/@v/v1.0.0.zip", 0o200),
			os.Chmod(at+"/b/@v", 0o500),
			os.Chmod(at+"/a", 0o400),
			os.Chmod(dir+"/gopath/pkg/mod/example.com/a@v1.0.0/deep", 0o300),
		)
	}
}

// entries calls judge for each entry of the module cache.
func entries(dir string, judge func(path string, mode fs.FileMode, st *syscall.Stat_t) bool) error {
	var odd []string
	err := filepath.WalkDir(dir+"/gopath/pkg/mod", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		fi, err := d.Info()
		if err == nil && !judge(path, fi.Mode(), fi.Sys().(*syscall.Stat_t)) {
			odd = append(odd, fmt.Sprintf("%v %s", fi.Mode(), strings.TrimPrefix(path, dir)))
		}
		return err
	})
	if err == nil && len(odd) > 0 {
		err = errors.New(strings.Join(odd, ", "))
	}
	return err
}

func openedToOwner(dir string, _ *injected) error {
	return entries(dir, func(path string, mode fs.FileMode, _ *syscall.Stat_t) bool {
		needs := fs.FileMode(0o400)
		if mode.IsDir() {
			needs = 0o500
			if !strings.Contains(path, "@v1") {
				needs = 0o700
			}
		}
		return mode&needs == needs
	})
}

func givenToUser(dir string, _ *injected) error {
	return entries(dir, func(_ string, _ fs.FileMode, st *syscall.Stat_t) bool {
		return st.Uid == faultUser && st.Gid == faultUser
	})
}

func sharedWithGroup(dir string, _ *injected) error {
	return entries(dir, func(_ string, mode fs.FileMode, st *syscall.Stat_t) bool {
		return st.Gid == faultGroup && mode>>3&0o007 == mode>>6&0o007 && (!mode.IsDir() || mode&fs.ModeSetgid != 0)
	})
}

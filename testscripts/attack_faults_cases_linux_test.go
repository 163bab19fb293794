//go:build linux && (amd64 || arm64)

package testscripts

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/rogpeppe/go-internal/txtar"
)

// faultCases are the commands, and what must be true after each.
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
			name: "seed", args: []string{"build", "./..."}, uid: faultUser, serial: true,
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

// folders makes the directories that each case has.
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

// buildCacheIntact: any part of a build cache is a build cache. What go clean -cache keeps must stay.
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

// programFiles makes a program in a directory to which the go command copies instead of renaming.
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

//go:build linux && (amd64 || arm64)

package testscripts

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// A faultWorker has a directory of its own, in which it makes the files anew for each injection.
type faultWorker struct {
	*faultRun
	dir     string
	rootMay bool // files may belong to root: root was killed, or said what it left
}

func (f *faultRun) worker(i int) *faultWorker {
	return &faultWorker{faultRun: f, dir: filepath.Join(filepath.Dir(f.template), fmt.Sprint("w", i))}
}

// fresh makes the files anew, with their rights and owners.
func (w *faultWorker) fresh() {
	removeTree(w.dir)
	if w.serial {
		removeTree(fallback)
	}
	if out, err := exec.Command("cp", "-a", w.template, w.dir).CombinedOutput(); err != nil {
		w.t.Errorf("cp: %v\n%s", err, out)
	}
	if w.spoil == nil {
		return
	}
	if err := w.spoil(w.dir); err != nil {
		w.t.Error(err)
	}
}

// environ is the whole environment of the command.
func (w *faultWorker) environ() []string {
	env := []string{
		"HOME=" + w.dir + "/home", "TMPDIR=" + w.dir + "/tmp", "GOSAFE_GO=" + filepath.Join(w.goroot, "bin", "go"),
		"PATH=" + w.systemPath, noUpload, "GOCACHE=" + w.dir + "/cache", "GOPATH=" + w.dir + "/gopath",
		"GOMODCACHE=" + w.dir + "/gopath/pkg/mod", "GOPROXY=file://" + filepath.Join(w.root, "versions"),
		"GOFLAGS=-mod=mod", "GOSUMDB=off", "GOTOOLCHAIN=local",
	}
	for _, kv := range w.env {
		env = append(env, w.expand(kv))
	}
	return env
}

// expand replaces $DIR and $ROOT by the directories.
func (w *faultWorker) expand(s string) string {
	return os.Expand(s, func(name string) string { return map[string]string{"DIR": w.dir, "ROOT": w.root}[name] })
}

func (w *faultWorker) run(i injection) *injected {
	dir := w.dir
	if _, err := os.Stat(dir + "/module"); err == nil {
		dir += "/module"
	}
	var args []string
	for _, arg := range w.args {
		args = append(args, w.expand(arg))
	}
	r, err := i.run(dir, w.environ(), cmp.Or(w.uid, os.Geteuid()), filepath.Join(w.root, "shim", "go"), args...)
	if err != nil {
		w.t.Errorf("%v: %v", i, err)
		return &injected{status: -1}
	}
	return r
}

// try runs the command with an injection, and checks the result.
func (w *faultWorker) try(i injection) {
	w.fresh()
	r := w.run(i)
	if r.hit == "" {
		return // the threads ran in another order this time, and the call did not happen
	}
	w.rootMay = i.errno == 0 || strings.Contains(string(r.stderr), "go-safe: left as they are: ") ||
		i.errno == unix.EROFS && strings.HasPrefix(i.call, "faccessat") // go-safe makes nothing on a read-only file system
	w.mu.Lock()
	w.ended[r.status]++
	w.mu.Unlock()
	wrong := w.check(i, r)
	w.counted.note(strings.Join(wrong, "; "))
	said := indent(string(r.output) + string(r.stderr))
	if len(wrong) > 0 {
		w.t.Errorf("%v at %s: status %d\n%s\n\t%s", i, r.hit, r.status, said, strings.Join(wrong, "\n\t"))
	} else if testing.Verbose() && i.errno != 0 && r.status != w.exits {
		w.t.Logf("fine: %v at %s: status %d\n%s", i, r.hit, r.status, said)
	}
}

// check returns what is wrong after an injection. It also runs the next command, and returns what is wrong after that.
func (w *faultWorker) check(i injection, r *injected) (wrong []string) {
	note := func(what string, err error) {
		if err != nil {
			wrong = append(wrong, fmt.Sprintf("%s: %v", what, err))
		}
	}
	note("lost", w.intact(w.dir))
	if i.errno != 0 {
		note("told", w.told(r))
	}
	partly := w.byEntry && (i.errno == 0 || strings.Contains(string(r.stderr), "/go-safe-clean-"))
	if r.status == w.exits && !partly {
		note("not done, though the status says so", w.done(w.dir, r))
	}
	next := w.run(injection{})
	if next.status != w.exits || w.says(next) != w.saysAgain {
		note("the next command", fmt.Errorf("status %d\n%s%s", next.status, next.output, next.stderr))
	}
	note("lost after the next command", w.intact(w.dir))
	if !partly {
		note("not done by the next command", w.done(w.dir, next))
	}
	note("left", w.differs(partly))
	return wrong
}

func indent(s string) string {
	return "\t| " + strings.ReplaceAll(strings.TrimSpace(s), "\n", "\n\t| ")
}

// crashed matches what a Go program prints when it panics, pathless a message without a path, and tempName the names
// of temporary files.
var (
	crashed  = regexp.MustCompile(`(?m)^(panic:|fatal error:|unexpected fault|runtime:|goroutine \d|SIG[A-Z]+:)`)
	pathless = regexp.MustCompile(`(?m)^go-safe: [^/]*$`)
	tempName = regexp.MustCompile(`\.go-safe-\d|go-safe-bin-\d|go-safe-heal-\d|\d\.tmp`)
)

// told returns what is wrong with the exit status, or with the message.
func (w *faultWorker) told(r *injected) error {
	stderr := string(r.stderr)
	switch {
	case crashed.MatchString(stderr):
		return errors.New("it crashed")
	case tempName.MatchString(said(r)):
		return errors.New("a message names a temporary file")
	case pathless.MatchString(said(r)):
		return errors.New("a message names no path")
	case r.status == w.exits:
		return nil
	case (r.status == 126 || r.status == 127) && strings.Contains(stderr, "GOSAFE_GO="):
		return nil
	case r.status != 125 && !slices.Contains(w.faultCase.statuses, r.status):
		return fmt.Errorf("status %d", r.status)
	case stderr == "" && len(r.output) == 0:
		return errors.New("nothing is said")
	}
	return nil
}

// said returns what go-safe said, without lines about files that root made: these may have any name.
func said(r *injected) string {
	var lines []string
	for line := range strings.Lines(string(r.stderr)) {
		if strings.HasPrefix(line, "go-safe: ") && !strings.HasPrefix(line, "go-safe: left as they are: ") {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "")
}

// says returns what go-safe said, without the paths that differ between runs.
func (w *faultWorker) says(r *injected) string {
	return strings.NewReplacer(w.dir+"/home/.cache/go-safe", "private", fallback, "private", w.dir, "").Replace(said(r))
}

// volatile matches files that come and go with the go command: telemetry, lock files, its work folder, and what it
// built.
var volatile = regexp.MustCompile(`/telemetry\b|/go-build\d+|\.lock$|/cache/lock$|/cache/[0-9a-f]{2}/`)

// list returns all files, with their rights and owners.
func (w *faultWorker) list() (list []string) {
	err := filepath.WalkDir(w.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || volatile.MatchString(path) {
			return err
		}
		fi, err := d.Info()
		if err != nil {
			return err
		}
		st := fi.Sys().(*syscall.Stat_t)
		name, mode := strings.TrimPrefix(path, w.dir), fi.Mode()
		if name == w.opened {
			mode &= fs.ModeType
		}
		list = append(list, fmt.Sprintf("%v %d:%d %s", mode, w.giver(st.Uid), w.giver(st.Gid), name))
		return nil
	})
	if err != nil {
		w.t.Errorf("list: %v", err)
	}
	return list
}

// giver returns the owner to compare: if files may belong to root, root counts as the owner of the files.
func (w *faultWorker) giver(id uint32) uint32 {
	if id == 0 && w.rootMay {
		return uint32(w.owner)
	}
	return id
}

// differs returns the files that are not as after the same commands without a fault. A private folder that go-safe
// used instead may stay. If a module cache exists partly, some of its files may be missing.
func (w *faultWorker) differs(partly bool) error {
	have, want := w.list(), w.files
	var odd []string
	private := regexp.MustCompile(` /home/\.cache($|/go-safe)`)
	empty := regexp.MustCompile(` /gopath(/pkg(/mod(/cache)?)?)?$`) // made for the lock, and removed if nothing failed
	asked := regexp.MustCompile(` /home/\.config(/go)?$`)           // telemetry's, of a go command that go-safe asks
	whose := fmt.Sprintf(" %d:", w.giver(uint32(cmp.Or(w.owner, w.uid, os.Geteuid()))))
	for _, line := range have {
		excused := strings.Contains(line, whose) &&
			(private.MatchString(line) || empty.MatchString(line) || asked.MatchString(line))
		if !slices.Contains(want, line) && !excused {
			odd = append(odd, "+ "+line)
		}
	}
	for _, line := range want {
		lacks := partly && strings.Contains(line, " /gopath/pkg/mod/")
		if !slices.Contains(have, line) && !private.MatchString(line) && !lacks {
			odd = append(odd, "- "+line)
		}
	}
	if len(odd) == 0 {
		return nil
	}
	if len(odd) > 8 {
		odd = append(odd[:8], fmt.Sprintf("and %d more", len(odd)-8))
	}
	return errors.New(strings.Join(odd, "\n\t\t"))
}

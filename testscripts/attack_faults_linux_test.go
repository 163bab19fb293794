//go:build linux && (amd64 || arm64)

package testscripts

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

var (
	faults    = flag.Int("faults", 120, "with -attack: most injections for each command of TestFaults")
	faultSeed = flag.Uint64("faultseed", 1, "with -attack: of the choice among them")
	oneFault  = flag.String("fault", "", "with -attack: only this one, as TestFaults prints it")
)

// A faultCase is a command that system calls fail in, and what must hold then.
type faultCase struct {
	name string
	args []string
	env  []string // with $DIR for the directory, and $ROOT for that of all tests

	// make makes the files in an empty directory.
	make func(f *faultRun, dir string)
	// spoil is done to each copy of them; nil for nothing.
	spoil  func(dir string) error
	asRoot bool // it needs root
	uid    int  // who runs the command, and owns the files; 0 for who runs the test
	owner  int  // who owns the files; 0 for who runs the command
	alone  bool // only one at a time: it has a place in /var/tmp in common with others

	// byEntry is for a cache that is moved entry by entry. After a kill, and where go-safe says in what folder the rest
	// is, intact counts and not done.
	byEntry bool

	// intact says what is lost, whenever the command was ended.
	intact func(dir string) error
	// done says what of the command's work is missing, though it says that all is done.
	done     func(dir string, r *injected) error
	exits    int    // the status where all is well
	opened   string // a directory that plain go leaves open to all, and go-safe too if it cannot undo that
	statuses []int  // those that it may end with too, beside 125
}

// fallback is where go-safe makes what it cannot make in faultUser's home.
var fallback = fmt.Sprintf("/var/tmp/go-%d", faultUser)

// faultUser is whose files root works on, and who cannot write to root's.
const faultUser = 43350

// A faultRun is a case at work.
type faultRun struct {
	*suite
	faultCase
	t         *testing.T
	template  string
	files     []string // that are there in the end
	saysAgain string   // what go-safe says when the command is run again

	counted tally
	mu      sync.Mutex
	ended   map[int]int // how often with which status
}

// TestFaults lets each kind of system call that go-safe makes fail, and kills go-safe before it. Then nothing
// may be lost or be there by half, the exit status and the message must be right, and the next command must
// find its way, and leave nothing behind.
func TestFaults(t *testing.T) {
	if !*attack {
		t.Skip("needs -attack")
	}
	s := newSuite(t)
	if !s.trueGo() {
		t.Skip("needs a true go")
	}
	t.Logf("seed %d, at most %d injections for each command", *faultSeed, *faults)
	for _, c := range faultCases() {
		t.Run(c.name, func(t *testing.T) {
			if (c.asRoot || c.uid != 0 || c.owner != 0) && !s.otherUser() {
				t.Skip("needs root and a go that other users can reach")
			}
			f := &faultRun{suite: s, faultCase: c, t: t, ended: make(map[int]int),
				template: filepath.Join(s.root, "faults", c.name, "template")}
			mustDo(t, os.MkdirAll(f.template, 0o755))
			t.Cleanup(func() { removeTree(filepath.Dir(f.template)) })
			c.make(f, f.template)
			if owner := cmp.Or(c.owner, c.uid); owner != 0 {
				mustDo(t, chownTree(f.template, owner))
			}
			f.all()
		})
	}
}

// all runs the command once to see what it calls, then with each fault.
func (f *faultRun) all() {
	chosen := choose(f.reference().calls, *faults, *faultSeed)
	if *oneFault != "" {
		i, err := parseInjection(*oneFault)
		mustDo(f.t, err)
		chosen = []injection{i}
	}
	var next atomic.Int32
	var workers sync.WaitGroup
	count := min(2, runtime.NumCPU())
	if f.alone {
		count = 1
	}
	for i := range count {
		w := f.worker(i)
		workers.Go(func() {
			for n := int(next.Add(1)) - 1; n < len(chosen); n = int(next.Add(1)) - 1 {
				w.try(chosen[n])
			}
		})
	}
	workers.Wait()
	f.t.Logf("injections: %d failures of %d; how often with which status: %v",
		f.counted.failures.Load(), f.counted.tries.Load(), f.ended)
	if f.counted.tries.Load() == 0 {
		f.t.Error("nothing was injected")
	}
}

// reference runs the command twice without a fault, and notes how all is to be after that.
func (f *faultRun) reference() *injected {
	w := f.worker(0)
	w.fresh()
	first := w.run(injection{})
	if err := f.done(w.dir, first); err != nil || first.status != f.exits {
		f.t.Fatalf("without a fault: status %d, %v\n%s%s", first.status, err, first.output, first.stderr)
	}
	next := w.run(injection{})
	if err := f.done(w.dir, next); err != nil || next.status != f.exits {
		f.t.Fatalf("the next command: status %d, %v\n%s%s", next.status, err, next.output, next.stderr)
	}
	f.t.Logf("calls: %v", first.calls)
	f.files, f.saysAgain = w.list(), w.says(next)
	return first
}

// choose chooses at most limit of all faults at the calls, as evenly as it can among the kinds.
func choose(calls map[string]int, limit int, seed uint64) (chosen []injection) {
	rnd := rand.New(rand.NewPCG(seed, seed))
	var kinds [][]injection
	for _, call := range slices.Sorted(maps.Keys(calls)) {
		kind := func(i injection) {
			var all []injection
			for n := range calls[call] {
				i.call, i.when = call, n+1
				all = append(all, i)
			}
			rnd.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
			kinds = append(kinds, all)
		}
		kind(injection{})
		for _, errno := range tracedCalls[call].fails {
			kind(injection{errno: errno})
			if slices.Contains(persistent, errno) {
				kind(injection{errno: errno, on: true})
			}
		}
	}
	for i := 0; len(chosen) < limit; i++ {
		left := false
		for _, kind := range kinds {
			if i < len(kind) && len(chosen) < limit {
				chosen, left = append(chosen, kind[i]), true
			}
		}
		if !left {
			break
		}
	}
	return chosen
}

// A faultWorker has a directory of its own, in which the files lie anew for each injection.
type faultWorker struct {
	*faultRun
	dir     string
	excused bool // root was killed, or said what it left: what it made may be root's
}

func (f *faultRun) worker(i int) *faultWorker {
	return &faultWorker{faultRun: f, dir: filepath.Join(filepath.Dir(f.template), fmt.Sprint("w", i))}
}

// fresh makes the files anew, with their rights and owners.
func (w *faultWorker) fresh() {
	removeTree(w.dir)
	if w.alone {
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

// expand puts the directories in place of $DIR and $ROOT.
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

// try runs the command with an injection, and judges.
func (w *faultWorker) try(i injection) {
	w.fresh()
	r := w.run(i)
	if r.hit == "" {
		return // another thread was faster this time, and it did not come to it
	}
	w.excused = i.errno == 0 || strings.Contains(string(r.stderr), "go-safe: left as they are: ") ||
		i.errno == unix.EROFS && strings.HasPrefix(i.call, "faccessat") // nothing is made where that is true
	w.mu.Lock()
	w.ended[r.status]++
	w.mu.Unlock()
	wrong := w.judge(i, r)
	w.counted.note(strings.Join(wrong, "; "))
	said := indent(string(r.output) + string(r.stderr))
	if len(wrong) > 0 {
		w.t.Errorf("%v at %s: status %d\n%s\n\t%s", i, r.hit, r.status, said, strings.Join(wrong, "\n\t"))
	} else if testing.Verbose() && i.errno != 0 && r.status != w.exits {
		w.t.Logf("fine: %v at %s: status %d\n%s", i, r.hit, r.status, said)
	}
}

// judge says what is wrong after an injection, and after the next command, which it runs.
func (w *faultWorker) judge(i injection, r *injected) (wrong []string) {
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

// crashed finds what a Go program prints that panics, pathless a message without a path, and tempName the names
// of files that are on their way.
var (
	crashed  = regexp.MustCompile(`(?m)^(panic:|fatal error:|unexpected fault|runtime:|goroutine \d|SIG[A-Z]+:)`)
	pathless = regexp.MustCompile(`(?m)^go-safe: [^/]*$`)
	tempName = regexp.MustCompile(`\.go-safe-\d|go-safe-bin-\d|go-safe-heal-\d|\d\.tmp`)
)

// told says what is wrong with the exit status, or with the message.
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

// said is what go-safe said, except of what root made: that may have any name.
func said(r *injected) string {
	var lines []string
	for line := range strings.Lines(string(r.stderr)) {
		if strings.HasPrefix(line, "go-safe: ") && !strings.HasPrefix(line, "go-safe: left as they are: ") {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "")
}

// says is what go-safe said, without what differs.
func (w *faultWorker) says(r *injected) string {
	return strings.NewReplacer(w.dir+"/home/.cache/go-safe", "private", fallback, "private", w.dir, "").Replace(said(r))
}

// volatile are the files that come and go with the go command: what is kept there for telemetry, its lock
// files, its work, and what it built.
var volatile = regexp.MustCompile(`/telemetry\b|/go-build\d+|\.lock$|/cache/lock$|/cache/[0-9a-f]{2}/`)

// list lists all files, with their rights and owners.
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

// giver takes root for the owner of the files if root is excused.
func (w *faultWorker) giver(id uint32) uint32 {
	if id == 0 && w.excused {
		return uint32(w.owner)
	}
	return id
}

// differs says which files are not as they are after the same commands without a fault. A private folder that
// go-safe went on with stays. Of a module cache that is there partly files may be missing.
func (w *faultWorker) differs(partly bool) error {
	have, want := w.list(), w.files
	var odd []string
	private := regexp.MustCompile(` /home/\.cache($|/go-safe)`)
	empty := regexp.MustCompile(` /gopath(/pkg(/mod(/cache)?)?)?$`) // made to be locked, and removed if nothing failed
	whose := fmt.Sprintf(" %d:", w.giver(uint32(cmp.Or(w.owner, w.uid, os.Geteuid()))))
	for _, line := range have {
		excused := strings.Contains(line, whose) && (private.MatchString(line) || empty.MatchString(line))
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

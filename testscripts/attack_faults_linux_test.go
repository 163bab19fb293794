//go:build linux && (amd64 || arm64)

package testscripts

import (
	"cmp"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
)

var (
	faults    = flag.Int("faults", 120, "with -attack: at most so many injections for each command of TestFaults")
	faultSeed = flag.Uint64("faultseed", 1, "with -attack: the seed that chooses among them")
	oneFault  = flag.String("fault", "", "with -attack: only this injection, as TestFaults prints it")
)

// A faultCase is a command in which system calls fail, and what must be true afterwards.
type faultCase struct {
	name string
	args []string
	env  []string // $DIR stands for the directory of the case, $ROOT for that of all tests

	// make makes the files in an empty directory.
	make func(f *faultRun, dir string)
	// spoil changes each copy of them, if it is not nil.
	spoil  func(dir string) error
	asRoot bool // needs root
	uid    int  // runs the command and owns the files; 0 for the user who runs the test
	owner  int  // owns the files; 0 for the user who runs the command
	serial bool // one run at a time: all use the same directory in /var/tmp

	// byEntry is for a cache that is moved entry by entry. If go-safe was killed, or says in which folder the rest is,
	// intact is checked and not done.
	byEntry bool

	// intact returns what is lost. It must hold at whatever moment the command ended.
	intact func(dir string) error
	// done returns what is missing of the command's work, although it says that all is done.
	done     func(dir string, r *injected) error
	exits    int    // the exit status without a fault
	opened   string // plain go leaves this directory open to all, and so does go-safe if it cannot undo that
	statuses []int  // other allowed statuses; 125 always is
}

// fallback is where go-safe makes private directories that it cannot make in faultUser's home.
var fallback = fmt.Sprintf("/var/tmp/go-%d", faultUser)

// faultUser owns the files that root works on, and cannot write to root's.
const faultUser = 43350

// A faultRun runs a case.
type faultRun struct {
	*suite
	faultCase
	t         *testing.T
	template  string
	files     []string // that exist in the end
	saysAgain string   // what go-safe says when the command runs again

	counted tally
	mu      sync.Mutex
	ended   map[int]int // how often, by exit status
}

// TestFaults makes each kind of system call that go-safe uses fail, and kills go-safe before it. Then nothing may be
// lost or exist by half, and the exit status and the message must be right. The next command must work, and leave
// nothing behind.
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
	if f.serial {
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
	f.t.Logf("injections: %d failures of %d; how often, by status: %v",
		f.counted.failures.Load(), f.counted.tries.Load(), f.ended)
	if f.counted.tries.Load() == 0 {
		f.t.Error("nothing was injected")
	}
}

// reference runs the command twice without a fault, and notes how the files must look after that.
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

// choose chooses at most limit of all possible faults, as evenly as it can among the kinds.
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

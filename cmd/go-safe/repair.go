package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-safe/go-safe/envfix"
	"github.com/go-safe/go-safe/internal/proc"
	"github.com/go-safe/go-safe/lock"
	"github.com/go-safe/go-safe/rights"
	"github.com/go-safe/go-safe/shim"
)

// settle is prepare, once more where a shared module cache could not be written to: another user's command may be at work
// there, and what that makes is open to us only when it ends.
func (c *command) settle() {
	c.prepare()
	for _, v := range c.plan.Vars {
		if v.Name != "GOMODCACHE" || !v.Changed() || c.noLocks || rights.Of(v.Was.Value).Policy != rights.SharedSet {
			continue
		}
		for _, dir := range []string{v.Was.Value, loadDir(v.Was.Value)} {
			if release, _ := c.acquire(want{v.Name, dir, lock.Shared}, c.patient()); release != nil {
				release()
			}
		}
		c.prepare() // what that command made until now may be open already
		return
	}
}

// places are those where the command may make entries that need a repair. Whoever is not root makes them in a module cache
// alone that he shares; what root makes may have to be given away wherever it is.
func (c *command) places() []rights.Place {
	if c.noRepair {
		return nil
	}
	var list []rights.Place
	if c.class.Clears&shim.ModCache == 0 {
		list = append(list, rights.Place{Dir: c.plan.Value("GOMODCACHE"), Kind: rights.ModCache, May: c.downloads})
	}
	if os.Geteuid() == 0 {
		list = append(list, rights.Place{Dir: filepath.Join(envfix.First(c.plan.Value("GOPATH")), "pkg", "sumdb"), May: c.downloads})
		list = append(list, c.rootPlaces()...)
		list = append(list, c.projectPlaces()...)
	}
	return slices.DeleteFunc(list, func(p rights.Place) bool { return !filepath.IsAbs(p.Dir) })
}

// rootPlaces are those where root alone makes something for others.
func (c *command) rootPlaces() []rights.Place {
	list := []rights.Place{{Dir: c.settings.ConfigDir()}} // every go command leaves telemetry beside the env file (F25)
	if c.class.Writes&^c.class.Clears&shim.BuildCache != 0 {
		list = append(list, rights.Place{Dir: c.plan.Value("GOCACHE"), Kind: rights.BuildCache})
	}
	if c.class.Writes&shim.Bin != 0 {
		bin := binDir(c.settings, c.plan.Value("GOPATH"))
		list = append(list, rights.Place{Dir: bin, Flat: true}, rights.Place{Dir: filepath.Join(bin, system(c.settings)), Flat: true})
	}
	if c.settings.EnvFile != "" && c.class.Writes&shim.EnvFile != 0 {
		list = append(list, onlyFile(c.settings.EnvFile))
	}
	return list
}

// onlyFile is the place of one file.
func onlyFile(path string) rights.Place {
	return rights.Place{Dir: filepath.Dir(path), Files: []string{filepath.Base(path)}}
}

// mayDownload reports whether the command may add to the module cache: it can, and is not one of those that need no more than
// go.sum names while all of that is there. What go generate runs may need anything.
func (c *command) mayDownload() bool {
	if c.class.Writes&shim.ModCache == 0 {
		return c.class.Writes == 0 && c.switches()
	}
	reads := []string{"build", "fix", "fmt", "install", "list", "run", "test", "tool", "vet"}
	if !slices.Contains(reads, c.class.Verb) || c.switches() {
		return true
	}
	if slices.ContainsFunc(slices.Concat(c.class.Flags, c.args), asksForMore) {
		return true
	}
	return !c.holds(c.plan.Value("GOMODCACHE"))
}

// asksForMore reports whether an argument may lead beyond go.sum: -mod=mod, and the -m of go list.
func asksForMore(arg string) bool {
	flag, isFlag := strings.CutPrefix(arg, "-")
	flag = strings.TrimPrefix(flag, "-")
	return arg == "mod" || isFlag && (flag == "mod=mod" || flag == "m" || strings.HasPrefix(flag, "m="))
}

// alone makes the lock on a module cache exclusive while a toolchain is made ready there: nobody is to meet it before.
func (c *command) alone(list []want) []want {
	for i, w := range list {
		if w.name == "GOMODCACHE" && c.readies() {
			list[i].mode = lock.Exclusive
		}
	}
	return list
}

// A starter runs the real go and returns how that ended: shim.Run, or one around it.
type starter = func(shim.Command) (shim.Status, error)

// repairing returns what runs the command and repairs what it made, before anything is told of how it ended. It calls
// loaded when the command adds nothing more to the module cache, if it can tell.
func (c *command) repairing(r *rights.Run, loaded func(), run starter) starter {
	tools := c.fetched()
	if !r.Due() && tools == nil {
		return run
	}
	return func(start shim.Command) (shim.Status, error) {
		defer r.Close()
		stop := func() {}
		if c.class.Outlives {
			stop = repeating(r)
		} else if r.DueIn(c.plan.Value("GOMODCACHE")) {
			stop = whileLoading(r, loaded)
		}
		stop = sync.OnceFunc(stop)
		defer stop() // where the command could not be started
		report := new(rights.Report)
		start.Finish = append(start.Finish, func(status shim.Status) {
			stop()
			if status.Signal == nil && status.Code == 0 {
				c.ready(tools)
			}
			report = r.Repair()
		})
		status, err := run(start)
		if c.placed {
			shim.Hold(func() { report = r.Repair() })
		}
		tellRepair(report, c.config, c.say)
		return status, err
	}
}

// loadFirst has go run load what its program needs, its toolchain too, by -n, and repairs that, under a lock: while the program goes on none is
// held, and nobody is to meet what is not repaired.
func (c *command) loadFirst(r *rights.Run) error {
	cache := c.plan.Value("GOMODCACHE")
	if c.class.Verb != "run" || c.noLocks || !r.DueIn(cache) && !c.readies() {
		return nil
	}
	release, err := c.lockAll(c.alone([]want{{"GOMODCACHE", cache, lock.Shared}}))
	if err != nil {
		return err
	}
	defer release()
	loaded, err := c.lockLoad(r)
	if err != nil {
		return err
	}
	defer loaded()
	proc.Run(proc.Command{ // what fails fails again, and is said then
		Path:    c.real.Path,
		Args:    slices.Insert(slices.Clone(c.args), c.class.Own, "-n"),
		Environ: c.environ,
		Last:    func() { r.Repair() },
	})
	shim.Hold(func() { r.Repair() })
	return nil
}

// repeating repairs while a command goes on, first after a second and then in longer and longer intervals, up to a
// minute, or such that it takes no more than a twentieth of the time. Of a program for which the go command has built
// nobody sees when that is done with the caches, and other users are not to wait for the program's end. Root gives
// away what is new as ever: whoever owns the caches that root runs a program from could have had anything of root's
// before.
func repeating(r *rights.Run) (stop func()) {
	return inBackground(func(over <-chan bool) {
		for pause := time.Second; ; {
			select {
			case <-over:
				return
			case <-time.After(pause):
				began := time.Now()
				r.Repair()
				pause = max(min(2*pause, time.Minute), 20*time.Since(began))
			}
		}
	})
}

// tellRepair says what could not be repaired, and with GOSAFE_VERBOSE=1 what was.
func tellRepair(report *rights.Report, cfg config, say printer) {
	if cfg.verbose && report.Total() > 0 {
		say.line("repair: %s", changes(report, false))
	}
	for _, l := range report.Left {
		say.line("left as they are: %d (%s), such as %s; type: "+self+" safe fix", l.Count, l.Why, l.First)
	}
}

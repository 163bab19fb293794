package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-safe/go-safe/envfix"
	"github.com/go-safe/go-safe/lock"
	"github.com/go-safe/go-safe/rights"
	"github.com/go-safe/go-safe/shim"
)

// settled is prepare, once more where a shared module cache could not be written to: another user's command may be at work
// there, and what that makes is open to us only when it ends.
func settled(cfg config, class shim.Class, real shim.Go, settings *envfix.Settings, say printer) (plan *envfix.Plan, changed []string) {
	plan, changed = prepare(request(class, real, settings))
	for _, v := range plan.Vars {
		if v.Name != "GOMODCACHE" || !v.Changed() || cfg.noLocks || rights.Of(v.Was.Value).Policy != rights.SharedSet {
			continue
		}
		release, err := want{v.Name, v.Was.Value, lock.Use}.acquire(cfg, say)
		if err != nil {
			break
		}
		release()
		return prepare(request(class, real, settings))
	}
	return plan, changed
}

// places are those where the command may make entries that need a repair. Whoever is not root makes them in a module cache
// alone that he shares; what root makes may have to be given away wherever it is.
func places(cfg config, args []string, class shim.Class, real shim.Go, plan *envfix.Plan, settings *envfix.Settings) []rights.Place {
	if cfg.noRepair {
		return nil
	}
	downloads := sync.OnceValue(func() bool { return mayDownload(args, class, real, plan, settings) })
	list := []rights.Place{{Dir: plan.Value("GOMODCACHE"), Kind: rights.ModCache, May: downloads}}
	if os.Geteuid() == 0 {
		list = append(list, rights.Place{Dir: filepath.Join(firstDir(plan.Value("GOPATH")), "pkg", "sumdb"), May: downloads})
		list = append(list, rootPlaces(class, plan, settings)...)
		list = append(list, projectPlaces(args, class, settings)...)
	}
	return slices.DeleteFunc(list, func(p rights.Place) bool { return !filepath.IsAbs(p.Dir) })
}

// rootPlaces are those where root alone makes something for others.
func rootPlaces(class shim.Class, plan *envfix.Plan, settings *envfix.Settings) []rights.Place {
	list := []rights.Place{{Dir: settings.ConfigDir()}} // every go command leaves telemetry beside the env file (F25)
	if class.Writes&shim.BuildCache != 0 {
		list = append(list, rights.Place{Dir: plan.Value("GOCACHE"), Kind: rights.BuildCache})
	}
	if class.Writes&shim.Bin != 0 {
		bin := binDir(settings, plan.Value("GOPATH"))
		list = append(list, rights.Place{Dir: bin, Flat: true}, rights.Place{Dir: filepath.Join(bin, system(settings)), Flat: true})
	}
	if settings.EnvFile != "" && class.Writes&shim.EnvFile != 0 {
		list = append(list, rights.Place{Dir: filepath.Dir(settings.EnvFile), Files: []string{filepath.Base(settings.EnvFile)}})
	}
	return list
}

// mayDownload reports whether the command may add to the module cache: it can, and is not one of those that need no more than
// go.sum names while all of that is there.
func mayDownload(args []string, class shim.Class, real shim.Go, plan *envfix.Plan, settings *envfix.Settings) bool {
	if class.Writes&shim.ModCache == 0 {
		return class.Writes == 0 && class.Verb != "help" && switches(class, real, settings)
	}
	reads := []string{"build", "fix", "fmt", "generate", "install", "list", "run", "test", "tool", "vet"}
	if !slices.Contains(reads, class.Verb) || switches(class, real, settings) {
		return true
	}
	if slices.ContainsFunc(append(strings.Fields(settings.Get("GOFLAGS").Value), args...), asksForMore) {
		return true
	}
	return !request(class, real, settings).Holds(plan.Value("GOMODCACHE"))
}

// asksForMore reports whether an argument may lead beyond go.sum: -mod=mod, and the -m of go list.
func asksForMore(arg string) bool {
	flag, isFlag := strings.CutPrefix(arg, "-")
	flag = strings.TrimPrefix(flag, "-")
	return arg == "mod" || isFlag && (flag == "mod=mod" || flag == "m" || strings.HasPrefix(flag, "m="))
}

// firstDir is the first entry of a list of paths.
func firstDir(list string) string {
	if dirs := filepath.SplitList(list); len(dirs) > 0 {
		return dirs[0]
	}
	return ""
}

// alone makes the lock on a module cache whose new entries need a repair one for a change: nobody is to meet them before.
func alone(list []want, run *rights.Run) []want {
	for i, w := range list {
		if w.name == "GOMODCACHE" && run.DueIn(w.dir) {
			list[i].mode = lock.Change
		}
	}
	return list
}

// repairing returns what runs the command and repairs what it made, before anything is told of how it ended.
func repairing(r *rights.Run, class shim.Class, run func(shim.Command) (shim.Status, error), cfg config, say printer) func(shim.Command) (shim.Status, error) {
	if !r.Due() {
		return run
	}
	return func(c shim.Command) (shim.Status, error) {
		stop := func() {}
		if class.Outlives {
			stop = repeating(r)
		}
		status, err := run(c)
		stop()
		tellRepair(r.Repair(), cfg, say)
		r.Close()
		return status, err
	}
}

// loadFirst has go run load what its program needs, by -n, and repairs that, under a lock: while the program goes on none is held, and
// nobody is to meet what is not repaired.
func loadFirst(r *rights.Run, class shim.Class, real shim.Go, args, environ []string, cache string, cfg config, say printer) {
	i := slices.Index(args, "run")
	if class.Verb != "run" || i < 0 || cfg.noLocks || !r.DueIn(cache) {
		return
	}
	release, err := want{"GOMODCACHE", cache, lock.Change}.acquire(cfg, say)
	if err != nil {
		return
	}
	defer release()
	cmd := exec.Command(real.Path, slices.Insert(slices.Clone(args), i+1, "-n")...)
	cmd.Env = environ
	cmd.Run() // what fails fails again, and is said then
	r.Repair()
}

// repeating repairs while a program goes on for which the go command has built: nobody sees when it is done with the caches, and
// other users are not to wait for the program's end. Root gives away what is new as ever: whoever owns the caches that root runs a
// program from could have had anything of root's before.
func repeating(r *rights.Run) (stop func()) {
	over, stopped := make(chan bool), make(chan bool)
	go func() {
		defer close(stopped)
		for pause := time.Second; ; pause = min(2*pause, time.Minute) {
			select {
			case <-over:
				return
			case <-time.After(pause):
				r.Repair()
			}
		}
	}()
	return func() {
		close(over)
		<-stopped
	}
}

// tellRepair says what could not be repaired, and with GOSAFE_VERBOSE=1 what was.
func tellRepair(report *rights.Report, cfg config, say printer) {
	if cfg.verbose && report.Total() > 0 {
		say.line("repair: %s", changes(report, false))
	}
	for _, l := range report.Left {
		say.line("left as they are: %d (%s), such as %s; type: go safe fix", l.Count, l.Why, l.First)
	}
}

// foreignTrouble looks for what root left in a module cache that is ours.
func foreignTrouble(cache string) string {
	n := rights.Foreign(cache)
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("%d entries of another user in %s (sudo go?) are in the way; type: go safe fix", n, cache)
}

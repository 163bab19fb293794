package main

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/go-safe/go-safe/envfix"
	"github.com/go-safe/go-safe/hint"
	"github.com/go-safe/go-safe/modcache"
	"github.com/go-safe/go-safe/shim"
)

// explain returns what says, after a command that failed, why that may be: one line, and only where the cause is plain to see.
func (c *command) explain() (after func(status int)) {
	if c.noHints || c.class.Writes&(shim.ModCache|shim.BuildCache) == 0 {
		return func(int) {}
	}
	kills := make(chan int, 1)
	go func() { kills <- hint.Kills() }() // beside the child's start, which takes longer
	return func(status int) {
		if status == 0 {
			return
		}
		looks := []hint.Look{
			func() string { return tornModule(c.project(), c.plan.Value("GOMODCACHE")) },
			func() string { return foreignTrouble(c.plan.Value("GOMODCACHE")) },
		}
		if c.class.Writes&shim.BuildCache != 0 {
			looks = append(looks,
				func() string { return cacheTrouble(c.plan.Value("GOCACHE")) },
				func() string {
					return tempTrouble(cmp.Or(c.plan.Value("GOTMPDIR"), c.settings.Directory("TMPDIR").Value), c.class.Verb == "test")
				},
				c.repoTrouble)
		}
		if line := hint.First(<-kills, looks...); line != "" {
			c.say.line("hint: %s", line)
		}
	}
}

// tornModule looks at the modules of the build for as long as nobody notices.
func tornModule(p modcache.Project, cache string) string {
	path, mod := p.Torn(cache, 3*time.Millisecond)
	if path == "" {
		return ""
	}
	return fmt.Sprintf("%s is torn, which is no attack; type: go safe verify --heal %s", path, mod)
}

func cacheTrouble(cache string) string {
	path, trouble := envfix.CacheTrouble(cache)
	if trouble == "" {
		return ""
	}
	switch {
	case path == cache && strings.HasPrefix(trouble, "has "): // too little left
		return fmt.Sprintf("the build cache %s %s; type: go clean -cache, or: export GOCACHE=/another/folder", path, trouble)
	case path == cache:
		return fmt.Sprintf("the build cache %s %s; type: export GOCACHE=/another/folder", path, trouble)
	}
	return fmt.Sprintf("the build cache has %s, which %s; type: go safe fix %s", path, trouble, envfix.Quote(cache))
}

func tempTrouble(dir string, exec bool) string {
	path, trouble := envfix.TempTrouble(dir, exec)
	if trouble == "" {
		return ""
	}
	return fmt.Sprintf("the folder for temporary files %s %s; type: export GOTMPDIR=/another/folder", path, trouble)
}

package main

import (
	"fmt"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/go-safe/go-safe/envfix"
)

// cacheTrouble looks for why nothing can be added to the build cache, or not everything. What is in it still serves: a command fails only
// where it has to add the index of a package (cmd/go/internal/modindex).
func (c *command) cacheTrouble(loading func() string) string {
	cache := c.plan.Value("GOCACHE")
	path, trouble := envfix.CacheTrouble(cache)
	if trouble == "" {
		return c.closedEntry(loading, cache)
	}
	if !c.unindexed(loading(), cache) {
		return ""
	}
	switch {
	case path == cache && strings.HasPrefix(trouble, "has "): // too little left
		cure := c.elsewhere("GOCACHE", cache)
		if strings.HasSuffix(cure, anotherFolder) {
			return fmt.Sprintf("the build cache %s %s; type: "+self+" clean -cache", path, trouble)
		}
		return fmt.Sprintf("the build cache %s %s ("+self+" clean -cache makes room); type: %s", path, trouble, cure)
	case path == cache:
		return fmt.Sprintf("the build cache %s %s; type: %s", path, trouble, c.elsewhere("GOCACHE", cache))
	}
	return fmt.Sprintf("the build cache has %s, which %s; type: "+self+" safe fix %s", path, trouble, envfix.Quote(cache))
}

// indexTrouble looks for an index in the build cache that is wrong for good: a go command that had too few open files
// could not read a package, and kept that (cmd/go/internal/modindex). Without the indexes the package is found. Where
// it is not, there are still too few. The go command is asked only where few files may be open.
func (c *command) indexTrouble(loading func() string) string {
	few := c.finding("open-files")
	if few == "" {
		return ""
	}
	cache := c.plan.Value("GOCACHE")
	wrong := func(complaints string) bool {
		return strings.Contains(complaints, syscall.EMFILE.Error()) || c.unindexed(complaints, cache)
	}
	if !wrong(loading()) {
		return ""
	}
	debug := strings.TrimPrefix(getenv(c.environ, "GODEBUG")+",goindex=0", ",")
	if wrong(c.loadingIn(envfix.Setenv(c.environ, "GODEBUG", debug))) {
		return few
	}
	return fmt.Sprintf("the build cache %s has wrong indexes of packages (a go command once had too few open files, "+
		"ulimit -n?); type: "+self+" clean -cache", cache)
}

// closedEntry looks for a file of another user's in folders of ours. The go command fails of one that it finds and cannot read, or that it has
// to write anew; it names the file, or says that a package is missing.
func (c *command) closedEntry(loading func() string, cache string) string {
	path, owner := envfix.ClosedEntry(cache, time.Now().Add(lookLimit))
	if path == "" {
		return ""
	}
	if _, named, ok := strings.Cut(loading(), "open "+cache+string(filepath.Separator)); ok {
		named, _, _ = strings.Cut(named, ":")
		path = filepath.Join(cache, named)
		if owner, ok = envfix.Closed(path); !ok {
			return ""
		}
	} else if !c.unindexed(loading(), cache) {
		return ""
	}
	return fmt.Sprintf("%s belongs to %s (sudo go?), and cannot be read; type: "+self+" safe fix %s",
		path, envfix.UserName(owner), envfix.Quote(cache))
}

// unindexed reports whether the go command complains of a file in the build cache, or of a package of the standard library that is there,
// or of none in particular (errCannotFindPackage in cmd/go/internal/modindex).
func (c *command) unindexed(complaints, cache string) bool {
	for line := range strings.Lines(complaints) {
		before, _, missing := strings.Cut(line, " is not in std")
		pkg := before[strings.LastIndexByte(before, ' ')+1:]
		if strings.HasSuffix(line, ": cannot find package\n") || missing && c.real.GOROOT != "" && isDir(filepath.Join(c.real.GOROOT, "src", pkg)) || strings.Contains(line, cache+string(filepath.Separator)) {
			return true
		}
	}
	return false
}

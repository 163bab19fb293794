package explain

import (
	"fmt"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/go-safe/go-safe/envfix"
	"github.com/go-safe/go-safe/internal/fsinfo"
	"github.com/go-safe/go-safe/internal/shell"
	"github.com/go-safe/go-safe/internal/user"
)

// cacheTrouble looks for why nothing, or not everything, can be added to the build cache. The go command can
// still read the cache. It fails only if it has to add the index of a package (cmd/go/internal/modindex).
func (e *Explainer) cacheTrouble() string {
	cache := e.Plan.BuildCache.Value
	path, trouble := envfix.CacheTrouble(cache)
	if trouble == "" {
		return e.closedEntry(cache)
	}
	if !e.blamesCache(e.loadErrors(), cache) {
		return ""
	}
	switch {
	case path == cache && strings.HasPrefix(trouble, "has "): // too little room left
		fix := e.useOtherFolder(e.Resolve().BuildCache, cache)
		if strings.Contains(fix, shell.OtherFolder()) {
			return fmt.Sprintf("the build cache %s %s; run: "+shell.Self+" clean -cache", path, trouble)
		}
		return fmt.Sprintf("the build cache %s %s ("+shell.Self+" clean -cache makes room); run: %s",
			path, trouble, fix)
	case path == cache:
		return fmt.Sprintf("the build cache %s %s; run: %s",
			path, trouble, e.useOtherFolder(e.Resolve().BuildCache, cache))
	}
	return fmt.Sprintf("the build cache has %s, which %s; run: "+shell.Self+" safe fix %s",
		path, trouble, shell.Quote(cache))
}

// indexTrouble looks for wrong indexes in the build cache: a go command that could open too few files failed to
// read a package, and stored that in the index for good (cmd/go/internal/modindex). If the go command finds the
// package without the indexes, they are wrong. If it does not, the limit is still too low. It asks the go
// command only if the limit of open files is low.
func (e *Explainer) indexTrouble() string {
	few := e.doctorHint("open-files")
	if few == "" {
		return ""
	}
	cache := e.Plan.BuildCache.Value
	wrong := func(complaints string) bool {
		return strings.Contains(complaints, syscall.EMFILE.Error()) || e.blamesCache(complaints, cache)
	}
	if !wrong(e.loadErrors()) {
		return ""
	}
	debug := strings.TrimPrefix(envfix.Getenv(e.Environ, "GODEBUG")+",goindex=0", ",")
	if wrong(e.loadErrorsIn(envfix.Setenv(e.Environ, "GODEBUG", debug))) {
		return few
	}
	return fmt.Sprintf("the build cache %s has wrong indexes of packages (a go command once had too few open files, "+
		"ulimit -n?); run: "+shell.Self+" clean -cache", cache)
}

// closedEntry looks for a file of another user in folders of ours. The go command fails if it cannot read a
// file that it finds, or has to write it anew. It then names the file, or says that a package is missing.
func (e *Explainer) closedEntry(cache string) string {
	path, owner := envfix.ClosedEntry(cache, time.Now().Add(lookLimit))
	if path == "" {
		return ""
	}
	if _, named, ok := strings.Cut(e.loadErrors(), "open "+cache+string(filepath.Separator)); ok {
		named, _, _ = strings.Cut(named, ":")
		path = filepath.Join(cache, named)
		if owner, ok = envfix.Closed(path); !ok {
			return ""
		}
	} else if !e.blamesCache(e.loadErrors(), cache) {
		return ""
	}
	return fmt.Sprintf("%s belongs to %s (sudo go?), and cannot be read; run: "+shell.Self+" safe fix %s",
		path, user.Name(owner), shell.Quote(cache))
}

// blamesCache reports whether the go command complains of a file in the build cache, of a package of the standard
// library that exists, or of an unnamed package (errCannotFindPackage in cmd/go/internal/modindex).
func (e *Explainer) blamesCache(complaints, cache string) bool {
	for line := range strings.Lines(complaints) {
		before, _, notFound := strings.Cut(line, " is not in std")
		pkg := before[strings.LastIndexByte(before, ' ')+1:]
		switch {
		case strings.HasSuffix(line, ": cannot find package\n"),
			notFound && e.Real.GOROOT != "" && fsinfo.IsDir(filepath.Join(e.Real.GOROOT, "src", pkg)),
			strings.Contains(line, cache+string(filepath.Separator)):
			return true
		}
	}
	return false
}

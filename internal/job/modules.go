package job

import (
	"cmp"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/go-safe/go-safe/envfix"
	"github.com/go-safe/go-safe/internal/gomod"
	"github.com/go-safe/go-safe/internal/modneed"
	"github.com/go-safe/go-safe/shim"
	"golang.org/x/mod/module"
)

// findProject finds the module or workspace that the command works in.
func (j *Job) findProject() gomod.Project {
	dir := j.Dir()
	p := gomod.Find(dir, j.Settings.Get("GOWORK").Value)
	file := j.Line.Modules.File
	if file == "" {
		return p
	}
	if !filepath.IsAbs(file) {
		file = filepath.Join(dir, file)
	}
	return p.Using(file)
}

// findToolchain returns the toolchain that the command will run from the module cache, "" for none. The go
// command looks for it on PATH first.
func (j *Job) findToolchain() string {
	if j.Settings.Get("GO111MODULE").Value == "off" { // then the go command ignores go.mod and GOTOOLCHAIN
		return ""
	}
	name := j.Project().Toolchain(envfix.Version(j.Real.GOROOT), j.Settings.Get("GOTOOLCHAIN").Value)
	if name == "" {
		return ""
	}
	if _, err := exec.LookPath(name); err == nil {
		return ""
	}
	return name
}

// Switches reports whether the command will run a toolchain from the module cache.
func (j *Job) Switches() bool { return j.Toolchain() != "" }

// mayDownload reports whether the command may add to the module cache. It does not if it needs no more than go.sum
// names and all of that is there. What go generate runs may need anything, and go.sum does not tell what a workspace
// needs.
func (j *Job) mayDownload() bool {
	if j.Line.Writes&shim.ModCache == 0 {
		return j.Line.Writes == 0 && j.Switches()
	}
	return !j.Line.OnlySums || j.Switches() || j.Need().Workspace || !j.Holds(j.Plan.ModCache.Value)
}

// Need is what the command asks of the module cache.
func (j *Job) Need() modneed.Need { return modneed.Of(j.Project(), j.Asked()) }

// ToolchainNeed is what a command asks of it that asks for no modules.
func (j *Job) ToolchainNeed() modneed.Need {
	all := j.Asked()
	return modneed.Of(gomod.Project{}, modneed.Asked{Toolchain: all.Toolchain, Offline: all.Offline})
}

// Asked is what it asks besides a build of its project.
func (j *Job) Asked() modneed.Asked {
	return modneed.Asked{
		Modules:   j.Line.Modules,
		Offline:   j.Offline(),
		Toolchain: j.Toolchain(),
		FIPS:      fipsModule(j.Real.GOROOT, j.Settings.Get("GOFIPS140").Value),
	}
}

// Holds reports whether a module cache that can only be read serves the command as it is.
func (j *Job) Holds(cache string) bool { return j.holds(cache, j.needIn) }

// holds reports whether the cache has all that go.sum names, or with GOPROXY=off whether a private copy would serve no
// better. For go mod tidy with an incomplete go.sum only the go command knows.
func (j *Job) holds(cache string, needIn needFunc) bool {
	n, ok := needIn(cache)
	if n.Unsummed && j.Line.Verb == "mod tidy" {
		return j.findsImports(cache)
	}
	return (ok && n.CompleteIn(cache) || n.Offline && n.EnoughOffline(cache)) && j.findsImports(cache)
}

// coveredBySum reports whether the command needs no state of the checksum database, which is below GOPATH: go.sum has
// the hashes of all that the command reads from the module cache, or the database is not asked.
func (j *Job) coveredBySum(cache string, needIn needFunc) bool {
	if j.Settings.Get("GOSUMDB").Value == "off" {
		return true
	}
	except := exceptFromSumDB(j.Settings)
	asks := func(path string) bool { return !module.MatchPrefixPatterns(except, path) }
	n, ok := needIn(cache)
	return ok && n.CoveredBySum(j.Project().Sums(), asks)
}

// Offline reports whether nothing can be downloaded: the first entry of GOPROXY that is not empty is off.
// Modules that GOPRIVATE names come from elsewhere even then (cmd/go/internal/modfetch.proxyList).
func (j *Job) Offline() bool {
	direct := cmp.Or(j.Settings.Get("GONOPROXY").Value, j.Settings.Get("GOPRIVATE").Value)
	separator := func(r rune) bool { return r == ',' || r == '|' }
	for _, entry := range strings.FieldsFunc(j.Settings.Get("GOPROXY").Value, separator) {
		if entry = strings.TrimSpace(entry); entry != "" {
			return entry == "off" && (direct == "" || direct == "none")
		}
	}
	return false
}

// exceptFromSumDB are the patterns of modules about which the checksum database is not asked.
func exceptFromSumDB(settings *envfix.Settings) string {
	if except := settings.Get("GONOSUMDB").Value; except != "" {
		return except
	}
	return settings.Get("GOPRIVATE").Value
}

// fipsModule returns the version of the FIPS 140 module that the go command will extract into the module cache,
// "" for none (cmd/go/internal/fips140.initVersion).
func fipsModule(goroot, setting string) string {
	if setting == "" || setting == "off" || setting == "latest" || goroot == "" {
		return ""
	}
	if data, err := os.ReadFile(filepath.Join(goroot, "lib", "fips140", setting+".txt")); err == nil {
		return strings.TrimSpace(string(data))
	}
	return setting
}

// setsUpToolchain reports whether the command downloads a toolchain to a cache of several users, or is the
// first to use one. The files of the toolchain change once more then. A user who runs it before that fails,
// because he may not change another user's files.
func (j *Job) setsUpToolchain() bool {
	cache := j.Plan.ModCache.Value
	if !j.Caches.Of(cache).Shared() { // first, because this is cheaper than the rest
		return false
	}
	return j.Switches() && !j.ToolchainNeed().CompleteIn(cache) || j.DownloadedToolchains() != nil
}

// DownloadedToolchains returns the versions of the toolchains that the command line downloads to a cache of several
// users. The go command prepares a toolchain at its first use, and the first user may not have the right to do
// so.
func (j *Job) DownloadedToolchains() []string {
	var list []string
	for _, arg := range j.Line.Modules.Versions {
		if version, ok := strings.CutPrefix(arg, "golang.org/toolchain@"); ok && j.Line.Verb == "mod download" {
			list = append(list, version)
		}
	}
	if list != nil && !j.Caches.Of(j.Plan.ModCache.Value).Shared() {
		return nil
	}
	return list
}

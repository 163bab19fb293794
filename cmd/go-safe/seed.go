package main

import (
	"cmp"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/go-safe/go-safe/clean"
	"github.com/go-safe/go-safe/envfix"
	"github.com/go-safe/go-safe/modcache"
	"github.com/go-safe/go-safe/shim"
	"golang.org/x/mod/module"
)

// findProject finds the module or workspace that the command works in.
func (c *command) findProject() modcache.Project {
	dir := c.dir()
	p := modcache.Find(dir, c.settings.Get("GOWORK").Value)
	file := c.class.Modules.File
	if file == "" {
		return p
	}
	if !filepath.IsAbs(file) {
		file = filepath.Join(dir, file)
	}
	return p.Using(file)
}

// findToolchain is the one that the command will run from the module cache: the go command looks on PATH first.
func (c *command) findToolchain() string {
	if c.settings.Get("GO111MODULE").Value == "off" { // then go.mod and GOTOOLCHAIN are not read
		return ""
	}
	name := c.project().Toolchain(envfix.Version(c.real.GOROOT), c.settings.Get("GOTOOLCHAIN").Value)
	if name == "" {
		return ""
	}
	if _, err := exec.LookPath(name); err == nil {
		return ""
	}
	return name
}

// switches reports whether the command will run a toolchain from the module cache.
func (c *command) switches() bool {
	return c.toolchain() != ""
}

// need is what the command asks of the module cache.
func (c *command) need() modcache.Need {
	return c.project().Need(c.asked())
}

// toolchainNeed is what a command asks of it that asks for no modules.
func (c *command) toolchainNeed() modcache.Need {
	all := c.asked()
	return modcache.Project{}.Need(modcache.Asked{Toolchain: all.Toolchain, Offline: all.Offline, SumDB: all.SumDB})
}

// asked is what it asks beyond a build of its project.
func (c *command) asked() modcache.Asked {
	m := c.class.Modules
	return modcache.Asked{
		NoVendor:  m.NoVendor,
		Required:  m.Required,
		Zips:      m.Zips,
		Trees:     m.Trees,
		Versions:  m.Versions,
		Packages:  m.Packages,
		More:      m.More,
		Imports:   m.Imports,
		Tests:     m.Tests,
		Programs:  m.Programs,
		Graph:     m.Graph,
		Infos:     m.Infos,
		Offline:   proxyOff(c.settings),
		Toolchain: c.toolchain(),
		FIPS:      fipsModule(c.real.GOROOT, c.settings.Get("GOFIPS140").Value),
		SumDB:     func(path string) bool { return asksSumDB(c.settings, path) },
	}
}

// holds reports whether a module cache that can only be read serves the command as it is.
func (c *command) holds(cache string) bool {
	n := c.need()
	return n.HeldBy(cache) || proxyOff(c.settings) && n.ServedBy(cache)
}

// proxyOff reports whether nothing can be downloaded: off is the first entry of GOPROXY, empty ones not counted. What
// GOPRIVATE names comes from elsewhere even then (cmd/go/internal/modfetch.proxyList).
func proxyOff(settings *envfix.Settings) bool {
	direct := settings.Get("GONOPROXY").Value
	if direct == "" {
		direct = settings.Get("GOPRIVATE").Value
	}
	separator := func(r rune) bool { return r == ',' || r == '|' }
	for _, entry := range strings.FieldsFunc(settings.Get("GOPROXY").Value, separator) {
		if entry = strings.TrimSpace(entry); entry != "" {
			return entry == "off" && (direct == "" || direct == "none")
		}
	}
	return false
}

// asksSumDB reports whether the go command asks the checksum database about a module that go.sum does not name
// (cmd/go/internal/modfetch.useSumDB).
func asksSumDB(settings *envfix.Settings, path string) bool {
	if proxy := settings.Get("GOPROXY").Value; path == "golang.org/toolchain" {
		return !strings.HasPrefix(proxy, "file://") || strings.ContainsAny(proxy, ",|")
	}
	except := settings.Get("GONOSUMDB").Value
	if except == "" {
		except = settings.Get("GOPRIVATE").Value
	}
	return settings.Get("GOSUMDB").Value != "off" && !module.MatchPrefixPatterns(except, path)
}

// fipsModule is the version of the FIPS 140 module that the go command will extract to the module cache, "" for none
// (cmd/go/internal/fips140.initVersion).
func fipsModule(goroot, setting string) string {
	if setting == "" || setting == "off" || setting == "latest" || goroot == "" {
		return ""
	}
	if data, err := os.ReadFile(filepath.Join(goroot, "lib", "fips140", setting+".txt")); err == nil {
		return strings.TrimSpace(string(data))
	}
	return setting
}

// seed gives a private copy what the command may need of the cache. Where that fails the go command downloads instead,
// or says itself what is wrong. It returns what is to be done when the command is over.
func (c *command) seed() (afterwards func()) {
	nothing := func() {}
	t := c.plan.Twin
	if t == nil || c.class.Clears&shim.ModCache != 0 {
		return nothing
	}
	n := c.toolchainNeed()
	if c.class.Writes&shim.ModCache != 0 {
		n = c.need()
	} else if c.toolchain() == "" {
		return nothing
	}
	beginErr := t.Begin()
	seeded, err := modcache.Twin(*t).Seed(n)
	if c.verbose {
		c.say.line("%s, a private copy of %s, got %d modules that it lacked", t.Dir, t.Of, seeded)
		if err := cmp.Or(beginErr, err); err != nil {
			c.say.line("copying stopped at: %v", err)
		}
	}
	if seeded == 0 {
		return nothing
	}
	return func() { c.sweepTwins(filepath.Dir(t.Dir)) }
}

// sweepTwins removes private copies of before their names were strong hashes. Nothing uses them any more. It looks for
// them only when a copy grew, and leaves one that is in use, or that the user made his cache.
func (c *command) sweepTwins(base string) {
	for _, dir := range c.settings.OldTwins(base) {
		if err := clean.Remove(dir, c.hold); err != nil && c.verbose {
			c.say.line("%v", err)
		}
	}
}

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/go-safe/go-safe/envfix"
	"github.com/go-safe/go-safe/modcache"
	"github.com/go-safe/go-safe/shim"
)

// project finds the module or workspace that the command works in.
func project(class shim.Class, settings *envfix.Settings) modcache.Project {
	dir := workdir(class.Dir)
	p := modcache.Find(dir, settings.Get("GOWORK").Value)
	file := class.Modules.File
	if file == "" {
		return p
	}
	if !filepath.IsAbs(file) {
		file = filepath.Join(dir, file)
	}
	return p.Using(file)
}

// toolchain is the one that the command will run from the module cache, "" for none: the go command looks on PATH first.
func toolchain(p modcache.Project, real shim.Go, settings *envfix.Settings) string {
	name := p.Toolchain(envfix.Version(real.GOROOT), settings.Get("GOTOOLCHAIN").Value)
	if name == "" {
		return ""
	}
	if _, err := exec.LookPath(name); err == nil {
		return ""
	}
	return name
}

// switches reports whether the command will run a toolchain from the module cache.
func switches(class shim.Class, real shim.Go, settings *envfix.Settings) bool {
	return toolchain(project(class, settings), real, settings) != ""
}

// need is what the command asks of the module cache.
func need(class shim.Class, real shim.Go, settings *envfix.Settings) modcache.Need {
	p := project(class, settings)
	m := class.Modules
	return p.Need(modcache.Asked{
		NoVendor:  m.NoVendor,
		Required:  m.Required,
		Versions:  m.Versions,
		More:      m.More,
		Imports:   m.Imports,
		Toolchain: toolchain(p, real, settings),
		FIPS:      fipsModule(real.GOROOT, settings.Get("GOFIPS140").Value),
	})
}

// holds reports whether a module cache that can only be read serves the command as it is.
func holds(cache string, class shim.Class, real shim.Go, settings *envfix.Settings) bool {
	n := need(class, real, settings)
	return n.HeldBy(cache) || proxyOff(settings) && n.ServedBy(cache)
}

// proxyOff reports whether nothing can be downloaded. What GOPRIVATE names comes from elsewhere even then
// (cmd/go/internal/modfetch.proxyList).
func proxyOff(settings *envfix.Settings) bool {
	direct := settings.Get("GONOPROXY").Value
	if direct == "" {
		direct = settings.Get("GOPRIVATE").Value
	}
	first, _, _ := strings.Cut(strings.ReplaceAll(settings.Get("GOPROXY").Value, "|", ","), ",")
	return first == "off" && (direct == "" || direct == "none")
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

// seed gives a twin what the command may need of the cache that it stands for. Where that fails the go command
// downloads instead, or says itself what is wrong.
func seed(say printer, cfg config, class shim.Class, real shim.Go, settings *envfix.Settings, plan *envfix.Plan) {
	if plan.Twin == nil || class.Clears&shim.ModCache != 0 {
		return
	}
	n := need(class, real, settings)
	if class.Writes&shim.ModCache == 0 {
		n = modcache.Toolchain(toolchain(project(class, settings), real, settings))
	}
	seeded, err := modcache.Twin(*plan.Twin).Seed(n)
	if !cfg.verbose {
		return
	}
	say.line("%s got %d modules that were missing from %s", plan.Twin.Dir, seeded, plan.Twin.Of)
	if err != nil {
		say.line("seeding stopped at: %v", err)
	}
}

package safecmd

import (
	"path"

	"github.com/go-safe/go-safe/internal/install"
	"github.com/go-safe/go-safe/internal/say"
)

// runInstall runs go safe install.
func runInstall(c Call, flags flagSet, _ []string) int {
	v, _ := lookUpVerb("install")
	places := 0
	for _, name := range []string{"--prefix", "--system", "--image"} {
		if flags.has(name) {
			places++
		}
	}
	switch {
	case places > 1:
		return c.fail(v.misused("--prefix, --system and --image exclude each other"))
	case flags.has("--prefix") && flags["--prefix"] == "":
		return c.fail(v.misused("--prefix needs a folder"))
	}
	r := install.Request{
		Prefix: flags["--prefix"], System: flags.has("--system"), Image: flags.has("--image"), RC: flags.has("--rc"),
		Uninstall: flags.has("--uninstall"), Environ: c.Environ, NoGo: c.NotFound, Script: flags["--script"],
		Stdout: c.Stdout, Say: c.Say,
	}
	if b, ok := thisBuild(); ok {
		r.Version = b.String()
	}
	if r.Script != "" {
		r.Say.Name = path.Base(r.Script)
	}
	status, err := install.Run(r)
	if err != nil {
		return r.Say.Failure(say.ExitFailed, err)
	}
	return status
}

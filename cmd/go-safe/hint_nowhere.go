package main

import (
	"fmt"
	"path/filepath"

	"github.com/go-safe/go-safe/envfix"
)

// nowhere says that there is no folder for the build cache, neither the one that the go command would use nor another
// one, as in a container whose root is read-only. A command that writes to it has failed of that.
func (c *command) nowhere() string {
	cache := c.plan.Value("GOCACHE")
	p := envfix.LookAt("GOCACHE", cache)
	if !filepath.IsAbs(cache) || p.Access == "" || p.Exists && (!isDir(cache) || isDir(filepath.Join(cache, "00"))) {
		return "" // what is in it serves, or it is a file, which the go command says
	}
	return fmt.Sprintf("go has no folder that can be written to: %s %s, nor is there another in /var/tmp or %s; "+
		"mount one, as docker run --tmpfs /tmp:exec does", cache, p.Access, c.settings.Directory("TMPDIR").Value)
}

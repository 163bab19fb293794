package explain

import (
	"fmt"
	"path/filepath"

	"github.com/go-safe/go-safe/envfix"
	"github.com/go-safe/go-safe/internal/fsinfo"
)

// noCacheAnywhere says that there is no folder for the build cache, neither the go command's nor another one, as in a
// container with a read-only root. A command that writes to the cache fails because of that.
func (e *Explainer) noCacheAnywhere() string {
	cache := e.Plan.BuildCache.Value
	p := envfix.Inspect("GOCACHE", cache)
	if !filepath.IsAbs(cache) || p.Access == "" {
		return ""
	}
	if p.Exists && (!fsinfo.IsDir(cache) || fsinfo.IsDir(filepath.Join(cache, "00"))) {
		return "" // the go command's own error names a file, and it can read a cache that is filled
	}
	return fmt.Sprintf("go has no folder that can be written to: %s %s, nor is there another in /var/tmp or %s; "+
		"mount one, as docker run --tmpfs /tmp:exec does", cache, p.Access, e.Settings.Directory(envfix.TempName).Value)
}

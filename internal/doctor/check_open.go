package doctor

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/go-safe/go-safe/envfix"
	"github.com/go-safe/go-safe/internal/fsinfo"
	"github.com/go-safe/go-safe/internal/rights"
	"github.com/go-safe/go-safe/internal/shell"
	"github.com/go-safe/go-safe/internal/user"
)

// cacheShared checks that if others write to the build cache too, they do it in a way that lasts. If not, a run of
// go-safe uses a private cache.
func cacheShared(m *Machine) Finding {
	variable, cache := m.directory("GOCACHE")
	if _, f, stop := rootOf(cache); stop {
		return f
	}
	why := rights.Of(cache).DistrustBuild()
	if why == "" {
		return ok(cache, "")
	}
	f := Finding{Status: Warning, Looked: cache, Found: why}
	if v := m.variable("GOCACHE"); v.Changed() {
		f.Now = "go-safe uses " + v.Value
		f.Advice = m.replace("GOCACHE", variable, v)
	}
	f.Details = []string{"to share it so that it lasts: sudo " + m.sudoSelf() + " safe share " + shell.Quote(cache)}
	return f
}

// openOf checks that not everybody may write to a cache, or to what will be made in it.
func openOf(name string) func(*Machine) Finding {
	return func(m *Machine) Finding {
		variable, cache := m.directory(name)
		if r, known := rightsOn(cache); known {
			f := r.judge()
			if v := m.variable(name); f.Status != OK && v.Changed() {
				f.Now, f.Advice = "go-safe uses "+v.Value, m.replace(name, variable, v)
			}
			return f
		}
		fi, f, stop := rootOf(cache)
		if stop {
			return f
		}
		v, policy := m.variable(name), rights.Of(cache)
		if policy.UntrustedOwner() >= 0 && v.Changed() {
			owner := user.Name(policy.UntrustedOwner())
			return Finding{
				Status: Warning, Looked: cache, Advice: m.replace(name, variable, v),
				Found: "belongs to " + owner + ", who decides what your programs do", Now: "go-safe uses " + v.Value,
			}
		}
		f = closeToAll(cache, fi, policy)
		if f.Status != OK && v.Changed() {
			f.Now = "go-safe " + useOf(name, envfix.Inspect(name, cache)) + " " + v.Value
		}
		return f
	}
}

// closeToAll is the finding if everybody may write to a cache, with the advice to close it. A cache that we can use
// only because everybody can stays open.
func closeToAll(cache string, fi fs.FileInfo, policy rights.Cache) Finding {
	mine := fsinfo.Owner(fi) == os.Geteuid()
	f := Finding{Status: Warning, Looked: cache, Fix: mine, fixDir: filepath.Dir(cache)}
	before := ""
	if !mine {
		before = sudo()
	}
	switch {
	case fi.Mode()&0o002 != 0:
		f.Found = fmt.Sprintf("may be written to by everybody (mode %v)", fi.Mode())
		if policy.Policy != rights.Open {
			f.Advice, f.Done = before+"chmod o-w "+shell.Quote(cache), "others may not write to it any more"
		}
	case policy.OpensToAll():
		f.Found = "has a default ACL by which everybody may write to what is made in it"
		f.Advice = before + "setfacl -d -m o::rx " + shell.Quote(cache)
		f.Done = "others may not write to what is made in it from now on"
	case policy.Shared(), policy.Policy == rights.Open, policy.Policy == rights.ForOwner:
		return ok(cache, "is "+policy.Policy.String())
	default:
		return ok(cache, "")
	}
	return f
}

package doctor

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/go-safe/go-safe/envfix"
	"github.com/go-safe/go-safe/rights"
)

// cacheShared looks whether others write to the build cache in a way that does not last (F35): a run then uses a private one.
func cacheShared(m *Machine) Finding {
	variable, cache := m.folder("GOCACHE")
	if !filepath.IsAbs(cache) || !exists(cache) {
		return ok(cache, "not there yet")
	}
	c := rights.Of(cache)
	why := c.DistrustBuild()
	if why == "" {
		return ok(cache, "")
	}
	f := Finding{Status: Warning, Looked: cache, Found: why}
	if v := m.variable("GOCACHE"); v.Changed() {
		f.Found += "; go-safe uses " + v.Value
		f.Type = m.replace("GOCACHE", variable, v)
	}
	f.Details = []string{"to share it so that it lasts: sudo " + m.full() + " safe share " + envfix.Quote(cache)}
	return f
}

// openOf makes the check of who may write to a cache: everybody, or to all that will be made in it.
func openOf(name string) func(*Machine) Finding {
	return func(m *Machine) Finding {
		variable, cache := m.folder(name)
		fi, err := os.Stat(cache)
		if !filepath.IsAbs(cache) || err != nil || envfix.Owner(fi) < 0 {
			return ok(cache, "not there yet")
		}
		f, before := Finding{Status: Warning, Looked: cache}, ""
		if envfix.Owner(fi) != os.Geteuid() {
			before = sudo()
		}
		v := m.variable(name)
		switch c := rights.Of(cache); {
		case c.Stranger() >= 0 && v.Changed():
			owner := envfix.UserName(c.Stranger())
			f.Found = "belongs to " + owner + ", who decides what your programs do; go-safe uses " + v.Value
			f.Type = m.replace(name, variable, v)
			return f
		case fi.Mode()&0o002 != 0:
			f.Found = fmt.Sprintf("may be written to by everybody (mode %v)", fi.Mode())
			if c.Policy != rights.Open { // or it would be closed to us
				f.Type = before + "chmod o-w " + envfix.Quote(cache)
			}
		case c.OpensToAll():
			f.Found, f.Type = "has a default ACL by which everybody may write to what is made in it", before+"setfacl -d -m o::rx "+envfix.Quote(cache)
		default:
			f = ok(cache, "")
			if c.Policy != rights.Own {
				f.Found = "is " + c.Policy.String()
			}
			return f
		}
		if v.Changed() {
			f.Found += "; go-safe " + uses(name, envfix.LookAt(name, cache)) + " " + v.Value
		}
		f.in = filepath.Dir(cache)
		f.Fix = before == "" && envfix.Owner(fi) == os.Geteuid()
		return f
	}
}

package doctor

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/go-safe/go-safe/internal/fsinfo"
	"github.com/go-safe/go-safe/internal/rights"
	"github.com/go-safe/go-safe/internal/shell"
)

// safeFix repairs a whole cache.
func (m *Machine) safeFix(cache string) string { return m.Called + " safe fix " + shell.Quote(cache) }

// safeFixByRoot lets root give a cache's entries to its owner. Unless asked to, root does not give away an entry
// that belongs to another user or that not everybody can read, so for these the line names the owner. It is "" if
// root would leave the cache alone, as a container user's in somebody's home: see wayTo.
func (m *Machine) safeFixByRoot(cache, entry string, root fs.FileInfo) string {
	if way := (*fsinfo.WayError)(nil); errors.As(rights.Way(cache), &way) && way.Run == "" {
		return ""
	}
	owner := ""
	if fi, err := os.Lstat(entry); err != nil || fsinfo.Owner(fi) != 0 || fi.Mode()&0o004 == 0 {
		owner = fmt.Sprintf("--owner %d:%d ", fsinfo.Owner(root), fsinfo.Group(root))
	}
	if os.Geteuid() == 0 {
		return m.Called + " safe fix " + owner + shell.Quote(cache)
	}
	return "sudo " + m.sudoSelf() + " safe fix " + owner + shell.Quote(cache)
}

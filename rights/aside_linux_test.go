package rights

import (
	"os"
	"path/filepath"
	"testing"
)

// A cache that cannot be looked at (EIO) is not taken for another user's: it stays.
func TestAsideUnseen(t *testing.T) {
	home, user := t.TempDir(), os.Geteuid()
	if user == 0 {
		user = 43352 // root moves nothing aside
		must(t, os.Chown(home, user, user))
	}
	dir := filepath.Join(home, "mod")
	must(t, os.Mkdir(dir, 0o755))
	unseen := facts{owner: -1, uid: user}
	if _, err := asideWhole(dir, Cache{Dir: dir, Policy: unseen.policy(), facts: unseen}, &Options{}); err == nil {
		t.Error("it is dealt with")
	}
	if _, err := os.Stat(dir); err != nil {
		t.Error(err)
	}
}

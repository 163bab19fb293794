package login

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/go-safe/go-safe/internal/linuxtest"
)

// Root runs no shell and no start-up file that another user could have written, and no shell in a home in which another
// user could have made a file, even if that is sticky.
func TestDistrust(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root")
	}
	write := func(file string, uid int, mode os.FileMode) {
		linuxtest.Must(t, os.WriteFile(file, []byte("#!/bin/sh\n"), 0o644))
		linuxtest.Must(t, os.Chown(file, uid, uid))
		linuxtest.Must(t, os.Chmod(file, mode))
	}
	const user = linuxtest.Attacker
	link := func(to, name string) { linuxtest.Must(t, os.Symlink(to, name)) }
	for name, tt := range map[string]struct {
		make   func(home, other string)
		shell  string // below the home; "" for /bin/sh
		trusts bool
	}{
		"a home of root":      {make: func(home, _ string) { write(home+"/.profile", 0, 0o644) }, trusts: true},
		"no start-up file":    {make: func(string, string) {}, trusts: true},
		"a link of root's":    {make: func(home, _ string) { link("/etc/profile", home+"/.profile") }, trusts: true},
		"a sticky home":       {make: func(home, _ string) { linuxtest.Must(t, os.Chmod(home, 0o777|os.ModeSticky)) }},
		"another's home":      {make: func(home, _ string) { linuxtest.Must(t, os.Chown(home, user, user)) }},
		"another's file":      {make: func(home, _ string) { write(home+"/.profile", user, 0o644) }},
		"a file for all":      {make: func(home, _ string) { write(home+"/.bashrc", 0, 0o666) }},
		"a link to another's": {make: func(home, other string) { link(other, home+"/.zprofile") }},
		"another's fish": {make: func(home, _ string) {
			linuxtest.Must(t, os.Mkdir(home+"/.config", 0o755))
			linuxtest.Must(t, os.Mkdir(home+"/.config/fish", 0o755))
			linuxtest.Must(t, os.Chown(home+"/.config/fish", user, user))
		}},
		"another's shell":        {make: func(home, _ string) { write(home+"/sh", user, 0o755) }, shell: "sh"},
		"a link to such a shell": {make: func(home, other string) { link(other, home+"/sh") }, shell: "sh"},
		"a shell of root's":      {make: func(home, _ string) { write(home+"/sh", 0, 0o755) }, shell: "sh", trusts: true},
	} {
		dir, err := os.MkdirTemp("/var/tmp", "distrust-") // the way to it is root's
		linuxtest.Must(t, err)
		defer os.RemoveAll(dir)
		home, others := filepath.Join(dir, "home"), filepath.Join(dir, "other")
		linuxtest.Must(t, os.Mkdir(home, 0o755))
		linuxtest.Must(t, os.Mkdir(others, 0o755))
		write(others+"/file", user, 0o755)
		linuxtest.Must(t, os.Chown(others, user, user))
		tt.make(home, others+"/file")
		s := Shell{Path: "/bin/sh", Home: home}
		if tt.shell != "" {
			s.Path = filepath.Join(home, tt.shell)
		}
		if err := s.Distrust(); (err == nil) != tt.trusts {
			t.Errorf("%s: %v", name, err)
		}
	}
}

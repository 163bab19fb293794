package envfix

import (
	"os"
	"path/filepath"
	"slices"

	"github.com/go-safe/go-safe/internal/fsinfo"
)

// WithHome returns environ with a HOME that works for this user, after the process has changed its user: the home of
// the passwd entry, else the HOME that is set, if it belongs to this user; else a private folder, which it makes.
// Without a place for that it returns environ as it is.
func WithHome(environ []string, passwdHome string) []string {
	was := Getenv(environ, "HOME")
	for _, home := range []string{passwdHome, was} {
		if filepath.IsAbs(home) && fsinfo.OwnerOf(home) == os.Geteuid() && fsinfo.Writable(home) {
			return Setenv(environ, "HOME", home)
		}
	}
	temp := Getenv(environ, "TMPDIR")
	for _, base := range new(Settings).tempBases(append(slices.Clone(spareTemps), temp, systemTemp)...) {
		home := filepath.Join(base, "home")
		if makePrivate(base) == nil && (os.Mkdir(home, 0o700) == nil || fsinfo.IsDir(home)) {
			return Setenv(environ, "HOME", home)
		}
	}
	return environ
}

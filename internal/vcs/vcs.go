// Package vcs knows the git repository whose revision the go command writes into the binaries that it builds (go
// help build, -buildvcs), and whether git answers questions about it. About a repository of another user git does
// not answer (safe.directory in git-config(1)), and the go command then fails without saying why.
//
// It writes nothing, and executes only the git that it is given.
package vcs

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/go-safe/go-safe/envfix"
	"github.com/go-safe/go-safe/internal/fsinfo"
)

// A Repo is a git repository with a work tree.
type Repo struct {
	Dir     string // its root, on the way by which the go command reaches it
	Foreign bool   // another user owns the root or the .git folder; true where the system has no numbers for users
	Owner   int    // the uid of that user; -1 without a number
}

// Find returns the repository that a go command in dir, an absolute path, would ask git about: the innermost one
// around it. A .git file, as in a submodule or a second work tree, does not count (cmd/go/internal/vcs.FromDir).
func Find(dir string) (r Repo, ok bool) {
	for dir = filepath.Clean(dir); ; dir = filepath.Dir(dir) {
		inside, err := os.Stat(filepath.Join(dir, ".git"))
		if err == nil && inside.IsDir() {
			owner, foreign := foreignOwner(dir, inside)
			return Repo{dir, foreign, owner}, true
		}
		if dir == filepath.Dir(dir) {
			return Repo{}, false
		}
	}
}

// foreignOwner looks at the owners of the root and of the .git folder, as git does (ensure_valid_ownership in its
// setup.c).
func foreignOwner(dir string, inside fs.FileInfo) (uid int, is bool) {
	root, err := os.Stat(dir)
	if err != nil {
		return -1, false
	}
	for _, fi := range []fs.FileInfo{root, inside} {
		if uid := fsinfo.Owner(fi); uid < 0 || uid != os.Geteuid() {
			return uid, true
		}
	}
	return -1, false
}

// Trust returns the environment for a program whose git shall answer about this repository too, and about no other
// one that it did not answer about before. It works since git 2.38. Settings that environ hands down in the same way
// stay as they are; if they are not valid, or git would take the path for a pattern, Trust adds nothing.
func (r Repo) Trust(environ []string) []string {
	real, err := filepath.EvalSymlinks(r.Dir) // git compares with this
	if err != nil || filepath.Base(real) == "*" {
		return environ
	}
	count := 0
	if text := envfix.Getenv(environ, countVariable); text != "" {
		if count, err = strconv.Atoi(text); err != nil || count < 0 {
			return environ
		}
	}
	number := strconv.Itoa(count)
	key, value := "GIT_CONFIG_KEY_"+number, "GIT_CONFIG_VALUE_"+number
	environ = slices.DeleteFunc(slices.Clone(environ), func(kv string) bool {
		name, _, _ := strings.Cut(kv, "=")
		return name == countVariable || name == key || name == value
	})
	return append(environ,
		countVariable+"="+strconv.Itoa(count+1), key+"=safe.directory", value+"="+filepath.ToSlash(real))
}

// countVariable says how many settings the environment has: GIT_CONFIG_KEY_0 and GIT_CONFIG_VALUE_0, and so on
// (git-config(1)).
const countVariable = "GIT_CONFIG_COUNT"

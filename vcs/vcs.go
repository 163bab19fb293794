// Package vcs knows the git repository whose revision the go command writes into the binaries that it builds (go help build, -buildvcs), and
// whether git answers questions about it: of a repository of another user it does not (safe.directory in git-config(1)), and the go
// command then fails without saying why (F07).
//
// It writes nothing, and executes nothing but the git that it is given.
package vcs

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// A Repo is a git repository with a work tree.
type Repo struct {
	Dir     string // its root, as the go command comes to it
	Foreign bool   // the root or the .git folder is another user's; on systems without numbers for users it may be
	Owner   int    // the uid of that user; -1 without a number
}

// Find finds the repository that a go command in dir, an absolute path, would ask: the innermost one around it. A .git file, that
// of a submodule or of a second work tree, is none (cmd/go/internal/vcs.FromDir).
func Find(dir string) (r Repo, ok bool) {
	for dir = filepath.Clean(dir); ; dir = filepath.Dir(dir) {
		inside, err := os.Stat(filepath.Join(dir, ".git"))
		if err == nil && inside.IsDir() {
			owner, foreign := strangerOf(dir, inside)
			return Repo{dir, foreign, owner}, true
		}
		if dir == filepath.Dir(dir) {
			return Repo{}, false
		}
	}
}

// strangerOf asks what git asks (ensure_valid_ownership in its setup.c): whose the root and the .git folder are.
func strangerOf(dir string, inside fs.FileInfo) (uid int, is bool) {
	root, err := os.Stat(dir)
	if err != nil {
		return -1, false
	}
	for _, fi := range []fs.FileInfo{root, inside} {
		if uid := ownerOf(fi); uid < 0 || uid != os.Geteuid() {
			return uid, true
		}
	}
	return -1, false
}

// Trust returns the environment for a program whose git is to answer about this repository, and about no other that it did not answer
// about before. Git heeds it since 2.38. Settings that are handed down in the same way stay as they are; where they are
// not valid, or the path would be a pattern, nothing is added.
func (r Repo) Trust(environ []string) []string {
	real, err := filepath.EvalSymlinks(r.Dir) // which git compares with
	if err != nil || filepath.Base(real) == "*" {
		return environ
	}
	count := 0
	if text := valueOf(environ, countVariable); text != "" {
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
	return append(environ, countVariable+"="+strconv.Itoa(count+1), key+"=safe.directory", value+"="+filepath.ToSlash(real))
}

// countVariable is how many settings the environment has: GIT_CONFIG_KEY_0 and GIT_CONFIG_VALUE_0, and so on (git-config(1)).
const countVariable = "GIT_CONFIG_COUNT"

func valueOf(environ []string, name string) string {
	for _, kv := range environ {
		if value, ok := strings.CutPrefix(kv, name+"="); ok {
			return value
		}
	}
	return ""
}

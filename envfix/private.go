package envfix

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/go-safe/go-safe/internal/fsinfo"
)

// A private folder is one that go-safe makes for one user. Its parent may be a directory where anybody can make
// folders, such as /tmp. So go-safe trusts it only if this user owns it, it is no link, and nobody else may write to
// it.

// privateBases returns the folders that may hold a user's private caches, the best first.
func (s *Settings) privateBases() []string {
	var bases []string
	if dir := s.CacheDir(); filepath.IsAbs(dir) {
		bases = append(bases, filepath.Join(dir, "go-safe"))
	}
	return append(bases, s.tempBases(append(slices.Clone(spareTemps), s.tempDir().Value)...)...)
}

// tempBases returns the private folders in the given temp folders. It leaves out temp folders that do not exist:
// go-safe would make one for a single user.
func (s *Settings) tempBases(dirs ...string) []string {
	var bases []string
	for _, dir := range dirs {
		if filepath.IsAbs(dir) && look(dir).exists() {
			bases = append(bases, filepath.Join(dir, privateName()))
		}
	}
	return bases
}

// privateUnusable says why dir cannot be a private folder, "" if it is one or can be made.
func privateUnusable(dir string) string {
	if why := parentUnsafe(filepath.Dir(dir)); why != "" {
		return why
	}
	fi, err := os.Lstat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return ""
	case err != nil:
		return fsinfo.Reason(err).Error()
	case !fi.IsDir():
		return "is not a directory"
	}
	return notPrivate(dir, fi)
}

// parentUnsafe says why nothing in dir is safe from other users, "" if it is safe: they could rename it. A group
// may write to a folder of ours, because on many systems each user has a group of his own and a umask of 002. If
// dir does not exist, go-safe will make it for this user only; the nearest existing parent then must belong to us
// or to root, because a private folder in another user's home would be closed to that user.
func parentUnsafe(dir string) string {
	fi, err := os.Stat(dir)
	missing := false
	for errors.Is(err, fs.ErrNotExist) && dir != filepath.Dir(dir) {
		dir, missing = filepath.Dir(dir), true
		fi, err = os.Stat(dir)
	}
	if err != nil {
		return ""
	}
	if owner := fsinfo.Stranger(dir, fi); owner != "" {
		return "is in a folder of " + owner + ": " + dir
	}
	if !missing && othersCanRename(dir, fi, false) {
		return "is in a folder that others may change: " + dir
	}
	return ""
}

// SystemTemps returns a temp folder and those that every system has, in the order in which they are tried for what
// must not be lost.
func SystemTemps(dir string) []string {
	return append(append([]string{dir}, spareTemps...), systemTemp)
}

// pickDir returns the first folder that meets want. If there is none, it takes the first fallback that any folder
// meets, and of those folders the one with the most bytes left. It returns "" if there is none. It leaves out folders
// that Prepare failed to make.
func (r *resolver) pickDir(dirs []string, want needs, fallbacks ...needs) string {
	var can []facts
	for _, dir := range dirs {
		if _, failed := r.Failed[dir]; failed || privateUnusable(dir) != "" {
			continue
		}
		f := look(dir)
		if f.unusable(want) == "" {
			return dir
		}
		can = append(can, f)
	}
	for _, need := range fallbacks {
		best, bytes := "", uint64(0)
		for _, f := range can {
			if f.unusable(need) == "" && f.bytes > bytes {
				best, bytes = f.path, f.bytes
			}
		}
		if best != "" {
			return best
		}
	}
	return ""
}

// makePrivate makes dir a private folder. If dir exists, it checks that it is one and closes it to others.
func makePrivate(dir string) error {
	if why := privateUnusable(dir); why != "" {
		return &fs.PathError{Op: "use", Path: dir, Err: errors.New(why)}
	}
	if err := makeFolders(dir); err != nil {
		return err
	}
	if why := privateUnusable(dir); why != "" {
		return &fs.PathError{Op: "use", Path: dir, Err: errors.New(why)}
	}
	return restrict(dir)
}

// makeFolders makes a folder that only this user may use, and each one above it that is missing.
func makeFolders(dir string) error {
	if fsinfo.IsDir(dir) {
		return nil
	}
	if parent := filepath.Dir(dir); parent != dir {
		if err := makeFolders(parent); err != nil {
			return err
		}
	}
	if err := makeFolder(dir); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}

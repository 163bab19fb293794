package envfix

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
)

// A private folder is one that go-safe makes for one user, where anybody may make folders, and
// therefore trusts only with this user as its owner, no link, and mode 0700.

// privateName is the name of a private folder among those of other users: short, for Unix sockets in t.TempDir
// have 108 bytes for their whole path.
func privateName() string {
	if uid := os.Geteuid(); uid >= 0 {
		return "go-" + strconv.Itoa(uid)
	}
	return "go-safe" // Windows: its temp folder is the user's own
}

// privateBases are the folders that may hold a user's private caches, the best first.
func (s *Settings) privateBases() []string {
	var bases []string
	if dir := s.cacheDir(); filepath.IsAbs(dir) {
		bases = append(bases, filepath.Join(dir, "go-safe"))
	}
	return append(bases, s.tempBases("/var/tmp", s.tempDir().Value)...)
}

// tempBases are the private folders in those of the given temp folders that are there. None is made: it would be
// a temp folder for one user alone.
func (s *Settings) tempBases(dirs ...string) []string {
	var bases []string
	for _, dir := range dirs {
		if filepath.IsAbs(dir) && look(dir).exists() {
			bases = append(bases, filepath.Join(dir, privateName()))
		}
	}
	return bases
}

// refusal says why dir cannot be a private folder, "" where it is one or can be made.
func refusal(dir string) string {
	if why := openToOthers(filepath.Dir(dir)); why != "" {
		return why
	}
	fi, err := os.Lstat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return ""
	case err != nil:
		return lastError(err)
	case !fi.IsDir():
		return "is not a directory"
	case ownerOf(fi) != os.Geteuid():
		return fmt.Sprintf("belongs to uid %d", ownerOf(fi))
	case ownerOf(fi) >= 0 && fi.Mode()&0o022 != 0:
		return "may have been written to by others" // and what they put there stays theirs
	}
	return ""
}

// openToOthers says why nothing in dir is safe from other users: they may rename it away. A group may write to a folder of
// ours: on many systems each user has a group of his own, and a umask that gives it all. A folder that does not
// exist yet will be made for us alone. In another user's home it would be closed to its owner.
func openToOthers(dir string) string {
	fi, err := os.Stat(dir)
	missing := false
	for errors.Is(err, fs.ErrNotExist) && dir != filepath.Dir(dir) {
		dir, missing = filepath.Dir(dir), true
		fi, err = os.Stat(dir)
	}
	if err != nil || ownerOf(fi) < 0 {
		return ""
	}
	others := fs.FileMode(0o022)
	switch ownerOf(fi) {
	case os.Geteuid():
		others = 0o002
	case 0:
	default:
		return fmt.Sprintf("is in a folder of uid %d: %s", ownerOf(fi), dir)
	}
	if !missing && fi.Mode()&others != 0 && fi.Mode()&fs.ModeSticky == 0 {
		return "is in a folder that others may change: " + dir
	}
	return ""
}

// pick returns the first of the folders that has the room wanted, else the roomiest that has the least: of several
// least ones the first counts that some folder has. It returns "" where none has. Those that Prepare failed to make
// are out.
func (r *resolver) pick(dirs []string, want room, least ...room) string {
	var can []facts
	for _, dir := range dirs {
		if _, failed := r.Failed[dir]; failed || refusal(dir) != "" {
			continue
		}
		f := look(dir)
		if f.unusable(want) == "" {
			return dir
		}
		can = append(can, f)
	}
	for _, need := range least {
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

// makePrivate makes dir a private folder, or checks that it is one and takes rights away that are too many.
func makePrivate(dir string) error {
	if why := refusal(dir); why != "" {
		return &fs.PathError{Op: "use", Path: dir, Err: errors.New(why)}
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o700); err != nil {
		return err
	}
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	if why := refusal(dir); why != "" {
		return &fs.PathError{Op: "use", Path: dir, Err: errors.New(why)}
	}
	return restrict(dir)
}

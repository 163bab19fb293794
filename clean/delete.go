package clean

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// deleteFolder deletes a folder with all that is in it, as modfetch.RemoveAll of the go command does: directories are made
// writable first, for those of extracted modules are read-only. Nobody can lead it out of the folder by a link.
func deleteFolder(folder string) error {
	parent, err := os.OpenRoot(filepath.Dir(folder))
	if errors.Is(err, fs.ErrNotExist) {
		return nil // it went with the cache
	}
	if err != nil {
		return err
	}
	defer parent.Close()
	name := filepath.Base(folder)
	top, err := parent.Lstat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil || !top.IsDir() {
		return &fs.PathError{Op: "delete", Path: folder, Err: errors.New("is no directory")}
	}
	parent.Chmod(name, 0o700)
	if err := makeWritable(parent, name, top); err != nil {
		return full(err, folder)
	}
	return full(parent.RemoveAll(name), filepath.Dir(folder))
}

// makeWritable lets the owner of the directories in name, which is top, delete in them.
func makeWritable(parent *os.Root, name string, top fs.FileInfo) error {
	root, err := parent.OpenRoot(name)
	if err != nil {
		return err
	}
	defer root.Close()
	return fs.WalkDir(root.FS(), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return nil // what cannot be deleted RemoveAll will say
		}
		fi, err := d.Info()
		if err != nil {
			return nil
		}
		if deviceOf(fi) != deviceOf(top) {
			return &fs.PathError{Op: "delete", Path: path, Err: errors.New("something is mounted there")}
		}
		if fi.Mode()&0o700 != 0o700 {
			root.Chmod(path, fi.Mode().Perm()|0o700)
		}
		return nil
	})
}

// full completes the path in an error of an os.Root.
func full(err error, dir string) error {
	var at *fs.PathError
	if errors.As(err, &at) && !filepath.IsAbs(at.Path) {
		return &fs.PathError{Op: "delete", Path: filepath.Join(dir, at.Path), Err: at.Err}
	}
	return err
}

// Sweep deletes folders of cleans that were killed, in a cache and beside it. It touches nothing but directories of this
// user's that have such a name and that nobody holds. It returns why it could not delete one, by folder.
func Sweep(cache string, hold Hold) (failed map[string]error) {
	cache = filepath.Clean(cache)
	failed = make(map[string]error)
	for _, folder := range slices.Concat(
		leftBehind(filepath.Dir(cache), filepath.Base(cache)+"."+mark),
		leftBehind(cache, mark),
	) {
		sweepFolder(folder, hold, failed)
	}
	return failed
}

// leftBehind are the folders of this user's in dir whose names are prefix and a number.
func leftBehind(dir, prefix string) (folders []string) {
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		if !canSetAside || !e.IsDir() || !isMarked(e.Name(), prefix) {
			continue
		}
		fi, err := e.Info()
		if err != nil {
			continue
		}
		if uid, _ := ownerOf(fi); uid == os.Geteuid() {
			folders = append(folders, filepath.Join(dir, e.Name()))
		}
	}
	return folders
}

func sweepFolder(folder string, hold Hold, failed map[string]error) {
	release, free := hold(folder)
	if !free {
		return
	}
	defer release()
	if err := deleteFolder(folder); err != nil {
		failed[folder] = err
	}
}

// isMarked reports whether name is prefix and a number, as os.MkdirTemp makes them.
func isMarked(name, prefix string) bool {
	number, ok := strings.CutPrefix(name, prefix)
	return ok && number != "" && strings.Trim(number, "0123456789") == ""
}

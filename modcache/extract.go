package modcache

import (
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/mod/zip"
)

// extract extracts what the cache has extracted, in the order of the go command and under its lock (cmd/go/internal/modfetch.unzip): who sees
// the folder, and no .partial file, sees all of it, whenever we are killed. What was extracted in part is left to the go command.
func (s *seeder) extract(p *part) {
	if !p.tree || p.bare() || s.to.extracted(p) || !s.from.extracted(p) || !s.to.hasZip(p) {
		return
	}
	s.failed(s.locked(p, func() error {
		dir, partial := s.to.path(s.to.tree(p)), s.to.path(s.to.file(p, ".partial"))
		if exists(dir) {
			return nil
		}
		if err := os.WriteFile(partial, nil, 0o666); err != nil {
			return err
		}
		if err := zip.Unzip(dir, p.Version, s.to.path(s.to.file(p, ".zip"))); err != nil {
			if os.RemoveAll(dir) == nil {
				os.Remove(partial)
			}
			return err
		}
		if err := os.Remove(partial); err != nil {
			return err
		}
		makeReadOnly(dir)
		return nil
	}))
}

// makeReadOnly takes the right to write to the folders, children first, as the go command does.
func makeReadOnly(dir string) {
	list, _ := os.ReadDir(dir)
	for _, d := range list {
		if d.IsDir() {
			makeReadOnly(filepath.Join(dir, d.Name()))
		}
	}
	if fi, err := os.Lstat(dir); err == nil {
		os.Chmod(dir, fi.Mode()&fs.ModePerm&^0o222)
	}
}

// locked calls do under the lock under which the go command downloads and extracts a version. Who holds the lock makes the same files
// just now, and the go command will wait for it.
func (s *seeder) locked(p *part, do func() error) error {
	dir := s.to.path(s.to.downloads(p))
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	at, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer at.Close()
	release, err := hold(at, p.base+".lock", true)
	if err != nil {
		return err
	}
	defer release()
	return do()
}

package modcopy

import (
	"io/fs"
	"os"
	"path/filepath"

	"github.com/go-safe/go-safe/internal/fsinfo"
	"github.com/go-safe/go-safe/internal/modneed"
	"golang.org/x/mod/zip"
)

// extract extracts what the cache has extracted, in the order of the go command and under its lock
// (cmd/go/internal/modfetch.unzip): whoever sees the folder and no .partial file sees all of it, whenever this
// process is killed. What is extracted in part is left to the go command.
func (s *seeder) extract(a *modneed.Artifact) {
	if !a.Tree || a.NoInfo() || a.ExtractedIn(s.to) || !a.ExtractedIn(s.from) || !s.to.HasZip(&a.Entry) {
		return
	}
	s.failed(s.locked(&a.Entry, func() error {
		dir, partial := s.to.Path(a.Dir()), s.to.Path(a.File(".partial"))
		if fsinfo.Exists(dir) {
			return nil
		}
		if err := os.WriteFile(partial, nil, 0o666); err != nil {
			return err
		}
		if err := zip.Unzip(dir, a.Version, s.to.Path(a.File(".zip"))); err != nil {
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

// makeReadOnly takes the write bits from the folders, children first, as the go command does.
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

package modcopy

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/go-safe/go-safe/internal/fsinfo"
	"github.com/go-safe/go-safe/internal/modcache"
)

// copySums copies the checksum database's answers, which the go command asks for what go.sum does not name.
// They are signed. Its latest tree head goes with them if it is trusted and this user has none: it serves for
// other caches too, and the go command fails with one that is damaged.
func (s *seeder) copySums() {
	s.copyTree(s.from.Path(modcache.Downloads+"/sumdb"), s.to.Path(modcache.Downloads+"/sumdb"))
	if s.SumsOf != "" && fsinfo.Trusted(s.SumsOf) {
		s.copyTree(s.SumsOf, s.Sums)
	}
}

// unverified is the time of files that copyTree copied from a cache of others. What the go command writes is younger.
var unverified = time.Unix(1, 0)

// copyTree copies the files that are missing. First it removes what it copied from a cache of others and is
// gone there now or another file: what somebody spoiled there is to do no harm for longer than plain go would
// fail because of it.
func (s *seeder) copyTree(from, to string) {
	filepath.WalkDir(to, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return nil
		}
		if fi, err := d.Info(); err != nil || !fi.ModTime().Equal(unverified) {
			return nil
		}
		had, err := readFile(path)
		has, fromErr := readFile(from + strings.TrimPrefix(path, to))
		if err == nil && (fromErr != nil || !bytes.Equal(had, has)) {
			s.failed(os.Remove(path))
		}
		return nil
	})
	filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		name := to + strings.TrimPrefix(path, from)
		if err != nil || !d.Type().IsRegular() || fsinfo.Exists(name) {
			return nil
		}
		data, err := readFile(path)
		if err == nil && len(data) > 0 { // another process is about to write an empty one
			err = create(name, func(f *os.File) error { return s.writeAnswer(f, data) })
		}
		s.failed(err)
		return nil
	})
}

func (s *seeder) writeAnswer(f *os.File, data []byte) error {
	_, err := f.Write(data)
	if err == nil && !s.trusted {
		err = os.Chtimes(f.Name(), unverified, unverified)
	}
	return err
}

func readFile(path string) ([]byte, error) {
	f, err := modcache.OpenRegular(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return modcache.ReadSmall(f)
}

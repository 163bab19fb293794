package modcopy

import (
	"archive/zip"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/go-safe/go-safe/internal/modcache"
	"github.com/rogpeppe/go-internal/robustio"
)

// copyWholeZip copies a zip file. The directory, which is at its end, must be there. A small file can unpack to
// terabytes, which would take hours to hash: such a file is torn too.
func copyWholeZip(to, from *os.File) error {
	n, err := io.Copy(to, io.LimitReader(from, modcache.MaxZip+1))
	if err != nil {
		return err
	}
	z, err := zip.NewReader(to, n)
	if err != nil || n > modcache.MaxZip {
		return errTorn
	}
	left := uint64(modcache.MaxZip)
	for _, file := range z.File {
		if file.UncompressedSize64 > left {
			return errTorn
		}
		left -= file.UncompressedSize64
	}
	return nil
}

// zipTree makes a zip file of an extracted module, without compression.
func zipTree(to io.Writer, dir, prefix string) error {
	z := zip.NewWriter(to)
	dir = filepath.Clean(dir) // with the separators of the paths below it
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		from, err := modcache.OpenRegular(path)
		if err != nil {
			return err
		}
		defer from.Close()
		w, err := z.CreateHeader(&zip.FileHeader{Name: prefix + filepath.ToSlash(strings.TrimPrefix(path, dir))})
		if err != nil {
			return err
		}
		_, err = io.Copy(w, from)
		return err
	})
	if err != nil {
		return err
	}
	return z.Close()
}

// create makes a file that gets its name when it is complete. Until then the name ends in .tmp, as that of the
// go command's own: under its lock the go command removes such files of killed processes.
func create(name string, fill func(*os.File) error) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		return err
	}
	temp := name + strconv.FormatUint(uint64(rand.Uint32()), 10) + ".tmp"
	f, err := os.OpenFile(temp, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	err = fill(f)
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = robustio.Rename(temp, name) // on Windows a virus scanner may look at either now
	}
	if err != nil {
		os.Remove(temp)
	}
	return err
}

// write is create for a file of a few bytes.
func write(name string, data []byte) error {
	return create(name, func(f *os.File) error {
		_, err := f.Write(data)
		return err
	})
}

// removeTemps removes what a killed process left of a file. The caller holds the version's lock.
func removeTemps(name string) {
	entries, _ := os.ReadDir(filepath.Dir(name))
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), filepath.Base(name)) && strings.HasSuffix(e.Name(), ".tmp") {
			os.Remove(filepath.Join(filepath.Dir(name), e.Name()))
		}
	}
}

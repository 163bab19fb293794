package modcache

import (
	"archive/zip"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// readSmall reads a file that is no larger than the go command takes for a go.mod file (codehost.MaxGoMod).
func readSmall(path string) ([]byte, error) {
	f, err := openRegular(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return readLimited(f)
}

func readLimited(f *os.File) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(f, 16<<20+1))
	if len(data) > 16<<20 {
		return nil, errTorn
	}
	return data, err
}

// readSource reads a Go file. What only has the name of one, such as a pipe, which nobody may write to, is an error:
// the go command passes it over (cmd/go/internal/imports.ScanDir).
func readSource(path string) ([]byte, error) {
	f, err := openRegular(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(f)
}

// openRegular opens a regular file.
func openRegular(path string) (*os.File, error) {
	f, err := open(path)
	if err != nil {
		return nil, err
	}
	if fi, err := f.Stat(); err != nil || !fi.Mode().IsRegular() {
		f.Close()
		return nil, errTorn
	}
	return f, nil
}

// maxZip is the size above which the go command takes no zip file, and none with more in it
// (golang.org/x/mod/zip.MaxZipFile).
const maxZip = 500 << 20

// copyZip copies a zip file. Its directory, which is at the end, must be there. A small file can unpack to terabytes,
// which would take hours to hash: such a file is not copied.
func copyZip(to, from *os.File) error {
	n, err := io.Copy(to, io.LimitReader(from, maxZip+1))
	if err != nil {
		return err
	}
	z, err := zip.NewReader(to, n)
	if err != nil || n > maxZip {
		return errTorn
	}
	left := uint64(maxZip)
	for _, file := range z.File {
		if file.UncompressedSize64 > left {
			return errTorn
		}
		left -= file.UncompressedSize64
	}
	return nil
}

// zipTree makes a zip file of an extracted module.
func zipTree(to io.Writer, dir, prefix string) error {
	z := zip.NewWriter(to)
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		from, err := openRegular(path)
		if err != nil {
			return err
		}
		defer from.Close()
		w, err := z.CreateHeader(&zip.FileHeader{Name: prefix + filepath.ToSlash(strings.TrimPrefix(path, dir))}) // not compressed
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

// create makes a file that has its name only when it is complete. As those of the go command, others begin with the
// name and end in .tmp: when it finds such a one under its lock it removes it.
func create(name string, fill func(*os.File) error) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		return err
	}
	f, err := os.OpenFile(name+strconv.FormatUint(uint64(rand.Uint32()), 10)+".tmp", os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	err = fill(f)
	if err2 := f.Close(); err == nil {
		err = err2
	}
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		os.Remove(f.Name())
	}
	return err
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

package modcache

import (
	"archive/zip"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"
)

// A manifest is the SHA-256 of each file of a module, under the name that it has in the module's zip file:
// path@version/file. A nil one is that of a module which is not there.
type manifest map[string][sha256.Size]byte

// hash returns dirhash.Hash1 of the files, "" for nil. It is made here because Hash1 reads the files itself, and then cannot say
// which one differs.
func (m manifest) hash() string {
	if m == nil {
		return ""
	}
	h := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(m)) {
		fmt.Fprintf(h, "%x  %s\n", m[name], name)
	}
	return "h1:" + base64.StdEncoding.EncodeToString(h.Sum(nil))
}

// differs says in a few words what is not as in want.
func (m manifest) differs(want manifest, prefix string) string {
	var changed, missing, added []string
	for name, sum := range want {
		if have, ok := m[name]; !ok {
			missing = append(missing, name)
		} else if have != sum {
			changed = append(changed, name)
		}
	}
	for name := range m {
		if _, ok := want[name]; !ok {
			added = append(added, name)
		}
	}
	var words []string
	for _, part := range []struct {
		what  string
		names []string
	}{{"changed", changed}, {"missing", missing}, {"added", added}} {
		if len(part.names) == 0 {
			continue
		}
		more := ""
		if n := len(part.names) - 1; n > 0 {
			more = fmt.Sprintf(" and %d more", n)
		}
		words = append(words, part.what+": "+strings.TrimPrefix(slices.Min(part.names), prefix)+more)
	}
	return strings.Join(words, "; ")
}

// A hasher hashes files one after the other.
type hasher struct {
	buf  []byte
	read func(bytes int64) // is told what of a zip file was read; nil for nobody
}

// counted tells of each read.
type counted struct {
	io.ReaderAt
	read func(bytes int64)
}

func (c counted) ReadAt(p []byte, off int64) (n int, err error) {
	n, err = c.ReaderAt.ReadAt(p, off)
	if c.read != nil {
		c.read(int64(n))
	}
	return n, err
}

// sum returns the SHA-256 of what r has. The buffer saves a new one for each file, which io.Copy would make.
func (w *hasher) sum(r io.Reader) (sum [sha256.Size]byte, err error) {
	h := sha256.New()
	if w.buf == nil {
		w.buf = make([]byte, 128<<10)
	}
	_, err = io.CopyBuffer(h, struct{ io.Reader }{r}, w.buf)
	h.Sum(sum[:0])
	return sum, err
}

// zip returns the manifest of a zip file. Each file's checksum in it is compared too.
func (w *hasher) zip(r io.ReaderAt, size int64) (manifest, error) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, err
	}
	m := make(manifest, len(z.File))
	for _, file := range z.File {
		if err := checkName(file.Name); err != nil {
			return nil, err
		}
		if _, ok := m[file.Name]; ok {
			return nil, fmt.Errorf("has %q twice", file.Name)
		}
		f, err := file.Open()
		if err != nil {
			return nil, err
		}
		m[file.Name], err = w.sum(f)
		f.Close()
		if err != nil {
			return nil, err
		}
	}
	return m, nil
}

// checkName refuses what dirhash.Hash1 refuses.
func checkName(name string) error {
	if strings.Contains(name, "\n") {
		return fmt.Errorf("has a file with a line break in its name: %q", name)
	}
	return nil
}

// An oddError says that an extracted module has something that go never put there.
type oddError string

func (e oddError) Error() string { return string(e) }

// dir adds the files below dir to m, under names that begin with prefix. Links are not followed, other file systems not entered.
func (w *hasher) dir(m manifest, dir *os.Root, prefix string, device uint64) error {
	entries, err := list(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		name := prefix + e.Name()
		if err := checkName(name); err != nil {
			return oddError(err.Error())
		}
		switch {
		case e.IsDir():
			err = w.subdir(m, dir, e.Name(), name+"/", device)
		case e.Type().IsRegular():
			m[name], err = w.file(dir, e.Name())
		default:
			err = oddError(fmt.Sprintf("has what is no file: %q (%v)", e.Name(), e.Type()))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// subdir is dir for a folder in parent.
func (w *hasher) subdir(m manifest, parent *os.Root, name, prefix string, device uint64) error {
	sub, err := enter(parent, name, device)
	if err != nil {
		return err
	}
	defer sub.Close()
	return w.dir(m, sub, prefix, device)
}

// file returns the SHA-256 of a file in dir.
func (w *hasher) file(dir *os.Root, name string) (sum [sha256.Size]byte, err error) {
	f, err := openFile(dir, name)
	if err != nil {
		return sum, err
	}
	defer f.Close()
	return w.sum(f)
}

var errIrregular = errors.New("is no regular file")

// openFile opens a regular file for reading. Between the look at a directory and here it may have become a pipe, on which
// a plain open waits for ever.
func openFile(dir *os.Root, name string) (*os.File, error) {
	f, err := dir.OpenFile(name, os.O_RDONLY|nonblock, 0)
	if err != nil {
		return nil, err
	}
	fi, err := f.Stat()
	if err == nil && !fi.Mode().IsRegular() {
		err = &fs.PathError{Op: "open", Path: name, Err: errIrregular}
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// list returns the entries of a directory.
func list(dir *os.Root) ([]fs.DirEntry, error) {
	f, err := dir.Open(".")
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return f.ReadDir(-1)
}

// enter opens a directory below parent, on the same device.
func enter(parent *os.Root, name string, device uint64) (*os.Root, error) {
	dir, err := parent.OpenRoot(name)
	if err != nil {
		return nil, err
	}
	have, err := deviceOf(dir)
	if err == nil && have != device {
		err = &fs.PathError{Op: "open", Path: name, Err: errDevice}
	}
	if err != nil {
		dir.Close()
		return nil, err
	}
	return dir, nil
}

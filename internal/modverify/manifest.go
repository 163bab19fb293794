package modverify

import (
	"archive/zip"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/go-safe/go-safe/internal/modcache"
)

// A manifest is the SHA-256 of each file of a module, by the name that it has in the zip file:
// path@version/file. A nil manifest stands for a module that is not there.
type manifest map[string][sha256.Size]byte

// hash returns the hash that dirhash.Hash1 gives the files, "" for a nil manifest. Hash1 reads the files
// itself, and could not say which one differs.
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

// A hasher hashes files, one after the other.
type hasher struct {
	buf  []byte
	read func(bytes int64) // is called for each read of a zip file; may be nil
}

// counted calls read after each read.
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
func (h *hasher) sum(r io.Reader) (sum [sha256.Size]byte, err error) {
	state := sha256.New()
	if h.buf == nil {
		h.buf = make([]byte, 128<<10)
	}
	_, err = io.CopyBuffer(state, struct{ io.Reader }{r}, h.buf)
	state.Sum(sum[:0])
	return sum, err
}

// zip returns the manifest of a zip file. It compares the checksum of each file in it too.
func (h *hasher) zip(r io.ReaderAt, size int64) (manifest, error) {
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
		m[file.Name], err = h.sum(f)
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

// An oddError says that an extracted module has something that the go command never puts there.
type oddError string

func (e oddError) Error() string { return string(e) }

// dir adds the files below dir to m, by names that begin with prefix. It follows no link and enters no other
// file system.
func (h *hasher) dir(m manifest, dir *os.Root, prefix string, device uint64) error {
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
			err = h.subdir(m, dir, e.Name(), name+"/", device)
		case e.Type().IsRegular():
			m[name], err = h.file(dir, e.Name())
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
func (h *hasher) subdir(m manifest, parent *os.Root, name, prefix string, device uint64) error {
	sub, err := enter(parent, name, device)
	if err != nil {
		return err
	}
	defer sub.Close()
	return h.dir(m, sub, prefix, device)
}

// file returns the SHA-256 of a file in dir.
func (h *hasher) file(dir *os.Root, name string) (sum [sha256.Size]byte, err error) {
	f, err := modcache.OpenIn(dir, name)
	if err != nil {
		return sum, err
	}
	defer f.Close()
	return h.sum(f)
}

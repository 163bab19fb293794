package modverify

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/go-safe/go-safe/internal/modcache"
)

// An evidence is what there is of a version of a module.
type evidence struct {
	zip, dir       manifest // nil where there is none, or none that can be used
	zipErr, dirErr error    // why it cannot be used

	hasZip, hasHash, hasDir, partial bool
	hash                             string // in .ziphash

	hasMod bool
	mod    []byte // of .mod

	temps []string // temporary files that a process left behind
}

// gather collects the evidence of an entry. The error says what could not be read.
func (c *Cache) gather(e *Entry, h *hasher) (*evidence, error) {
	ev := new(evidence)
	if err := c.gatherDownloads(e, ev, h); err != nil {
		return nil, fmt.Errorf("in %s: %w", c.path(e.Folder()), err)
	}
	fi, err := c.root.Lstat(e.Dir())
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return ev, nil
	case err != nil:
		return nil, inFull(c.Dir, err)
	}
	ev.hasDir = true
	if !fi.IsDir() {
		ev.dirErr = oddError("is no directory")
		return ev, nil
	}
	if ev.partial || e.fromGOROOT() {
		return ev, nil // nobody knows what should be there
	}
	ev.dir = make(manifest, len(ev.zip))
	err = h.subdir(ev.dir, c.root, e.Dir(), e.String()+"/", c.rootDevice)
	if e.Path == "golang.org/toolchain" {
		dropCopies(ev.dir)
	}
	var odd oddError
	if errors.As(err, &odd) {
		ev.dir, ev.dirErr, err = nil, err, nil
	}
	if err != nil {
		err = fmt.Errorf("in %s: %w", c.path(e.Dir()), err)
	}
	return ev, err
}

// fromGOROOT reports whether the module comes from GOROOT/lib/fips140: then there are no downloads to compare it with
// (cmd/go/internal/modfetch.DownloadDir).
func (e *Entry) fromGOROOT() bool { return e.Path == "golang.org/fips140" }

// dropCopies removes from a toolchain what the go command adds to it before its first use: a go.mod beside each
// _go.mod (cmd/go/internal/toolchain.Exec).
func dropCopies(m manifest) {
	for name, sum := range m {
		if dir, ok := strings.CutSuffix(name, "/_go.mod"); ok && m[dir+"/go.mod"] == sum {
			delete(m, dir+"/go.mod")
		}
	}
}

// gatherDownloads is gather for what was downloaded.
func (c *Cache) gatherDownloads(e *Entry, ev *evidence, h *hasher) error {
	if c.download == nil {
		return nil
	}
	folder, err := c.folder(e)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return err
	}
	defer folder.Close()
	if ev.hasMod, ev.mod, err = read(folder, e.Base(".mod"), modcache.MaxGoMod); err != nil {
		return err
	}
	var hash []byte
	if ev.hasHash, hash, err = read(folder, e.Base(".ziphash"), 1<<10); err != nil {
		return err
	}
	ev.hash = string(bytes.TrimSpace(hash))
	if ev.hasZip, err = gatherZip(folder, e.Base(".zip"), ev, h); err != nil {
		return err
	}
	_, err = folder.Lstat(e.Base(".partial"))
	ev.partial = err == nil
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, name := range e.temps {
		if fi, err := folder.Lstat(name); err == nil && e.abandoned(name, fi.ModTime()) {
			ev.temps = append(ev.temps, name)
		}
	}
	return nil
}

// abandoned reports whether nobody writes to a temporary file any more, if nobody holds the lock. Zip files are
// written under the lock; what is written without it takes no time.
func (e *Entry) abandoned(name string, changed time.Time) bool {
	return strings.HasPrefix(name, e.Base(".zip")) || time.Since(changed) > time.Hour
}

// read reads a file of at most limit bytes. It cuts a longer one, which cannot be right.
func read(folder *os.Root, name string, limit int64) (ok bool, data []byte, err error) {
	f, err := modcache.OpenIn(folder, name)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil, nil
	} else if err != nil {
		return false, nil, err
	}
	defer f.Close()
	data, err = io.ReadAll(io.LimitReader(f, limit+1))
	return true, data, err
}

// gatherZip reads a zip file. That it is not whole is evidence; that it cannot be read is an error.
func gatherZip(folder *os.Root, name string, ev *evidence, h *hasher) (ok bool, err error) {
	f, err := modcache.OpenIn(folder, name)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	} else if err != nil {
		return false, err
	}
	defer f.Close()
	fi, err := f.Stat()
	if err != nil {
		return false, err
	}
	if fi.Size() == 0 {
		ev.zipErr = errors.New("it is empty")
		return true, nil
	}
	ev.zip, err = h.zip(counted{f, h.read}, fi.Size())
	var failed *fs.PathError
	if errors.As(err, &failed) {
		return true, err
	}
	ev.zipErr = err
	return true, nil
}

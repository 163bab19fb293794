package gocache

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"
)

// ErrContent says that bytes are not the content that their name promises.
var ErrContent = errors.New("the content does not have the hash that it should have")

// PutOutput writes an output. It reads size bytes from r, and no more, unless writing fails.
func (d *Dir) PutOutput(id ID, size int64, exec string, used time.Time, r io.Reader) error {
	path := name(id, "d")
	temp, err := d.temp(path)
	if err != nil {
		return err
	}
	file, mode := temp, fs.FileMode(0o666)
	if exec != "" {
		if !ValidExec(exec) {
			return fmt.Errorf("not a name for a program: %q", exec)
		}
		if err := d.root.Mkdir(temp, 0o777); err != nil {
			return err
		}
		file, mode = filepath.Join(temp, exec), 0o777
	}
	if err := d.write(file, mode, used, hashed(id, size, r)); err != nil {
		d.root.RemoveAll(temp)
		return err
	}
	if exec != "" {
		d.root.Chtimes(temp, time.Time{}, notAfterNow(used))
	}
	return d.place(temp, path, func() bool { return d.Has(id, size, exec) })
}

// PutAction writes an action entry. The go command finds it from now on, so its output must be there.
func (d *Dir) PutAction(a Action, used time.Time) error {
	path := name(a.ID, "a")
	temp, err := d.temp(path)
	if err != nil {
		return err
	}
	err = d.write(temp, 0o666, used, func(w io.Writer) error {
		_, err := w.Write(a.Format())
		return err
	})
	if err != nil {
		d.root.RemoveAll(temp)
		return err
	}
	return d.place(temp, path, func() bool { return d.HasAction(a.ID) })
}

// temp returns a new name beside path, and makes the directory of both. The name ends as path does: what a killed
// process leaves under it, the go command trims five days later, and "go clean -cache" removes.
func (d *Dir) temp(path string) (string, error) {
	if err := d.root.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return "", err
	}
	kind := path[len(path)-2:]
	return fmt.Sprintf("%s.%016x%s", path[:len(path)-2], rand.Uint64(), kind), nil
}

func (d *Dir) write(path string, mode fs.FileMode, used time.Time, content func(io.Writer) error) error {
	f, err := d.root.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	err = content(f)
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return err
	}
	return d.root.Chtimes(path, time.Time{}, notAfterNow(used))
}

// notAfterNow keeps a wrong clock of another machine from making an entry that is never trimmed.
func notAfterNow(t time.Time) time.Time {
	if now := time.Now(); t.After(now) {
		return now
	}
	return t
}

// hashed copies size bytes, and fails if they do not have this hash.
func hashed(id ID, size int64, r io.Reader) func(io.Writer) error {
	return func(w io.Writer) error {
		h := sha256.New()
		if _, err := io.CopyN(io.MultiWriter(w, h), r, size); err != nil {
			return err
		}
		if ID(h.Sum(nil)) != id {
			return ErrContent
		}
		return nil
	}
}

// place gives a finished file or directory its name. A file is replaced in one step. A directory cannot be: what is in
// its way is removed first, unless it works, because then another process was faster.
func (d *Dir) place(temp, path string, works func() bool) error {
	err := d.root.Rename(temp, path)
	if err != nil && !works() {
		d.root.RemoveAll(path)
		err = d.root.Rename(temp, path)
	}
	if err != nil {
		d.root.RemoveAll(temp)
		if works() {
			return nil
		}
	}
	return err
}

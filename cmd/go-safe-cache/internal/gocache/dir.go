package gocache

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Dir is an open GOCACHE. All access goes below its open directory: no link leads out of it.
type Dir struct {
	root *os.Root
}

// Open opens a GOCACHE, and makes it if it is missing, with the mode that the go command gives it.
func Open(path string) (*Dir, error) {
	if err := os.MkdirAll(path, 0o777); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, err
	}
	return &Dir{root}, nil
}

// Close closes the directory.
func (d *Dir) Close() error { return d.root.Close() }

func folder(id ID) string { return fmt.Sprintf("%02x", id[0]) }

func name(id ID, kind string) string { return filepath.Join(folder(id), id.String()+"-"+kind) }

// Used is an action whose output is in the cache.
type Used struct {
	Action
	ActionUsed time.Time // modification time of the action entry: about when it was last used
	OutputUsed time.Time // the same of the output
	Exec       string    // name of the program, if the output is one that the go command runs from the cache
}

// Each calls f for each action that was used at or after since and whose output has the size that it should have. The
// content is not read: Output checks it.
func (d *Dir) Each(since time.Time, f func(Used)) error {
	for i := range 256 {
		sub := fmt.Sprintf("%02x", i)
		entries, err := fs.ReadDir(d.root.FS(), sub)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		for _, entry := range entries {
			if u, ok := d.look(filepath.Join(sub, entry.Name()), since); ok {
				f(u)
			}
		}
	}
	return nil
}

// look reads one action entry. What is no working entry is no error: the go command does not see it either.
func (d *Dir) look(path string, since time.Time) (Used, bool) {
	base := filepath.Base(path)
	if len(base) != hexSize+2 || !strings.HasSuffix(base, "-a") {
		return Used{}, false
	}
	info, err := d.root.Lstat(path)
	if err != nil || !info.Mode().IsRegular() || info.Size() != actionSize || info.ModTime().Before(since) {
		return Used{}, false
	}
	action, err := d.readAction(path)
	if err != nil || action.ID.String() != strings.TrimSuffix(base, "-a") {
		return Used{}, false
	}
	out, err := d.output(action.Output)
	if err != nil || out.size != action.Size {
		return Used{}, false
	}
	return Used{action, info.ModTime(), out.used, out.exec}, true
}

func (d *Dir) readAction(path string) (Action, error) {
	f, err := d.root.Open(path)
	if err != nil {
		return Action{}, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, actionSize+1))
	if err != nil {
		return Action{}, err
	}
	return ParseAction(b)
}

// output is the file that holds an output.
type output struct {
	path string
	size int64
	used time.Time
	exec string
}

// output looks at an output: a file, or the directory of a program with its only file. The go command sets the time of
// last use on the directory.
func (d *Dir) output(id ID) (output, error) {
	path := name(id, "d")
	info, err := d.root.Lstat(path)
	if err != nil {
		return output{}, err
	}
	out := output{path: path, used: info.ModTime()}
	if info.IsDir() {
		entries, err := fs.ReadDir(d.root.FS(), filepath.ToSlash(path))
		if err != nil {
			return output{}, err
		}
		if len(entries) != 1 || !ValidExec(entries[0].Name()) {
			return output{}, fmt.Errorf("%s: not the directory of one program", path)
		}
		out.exec = entries[0].Name()
		out.path = filepath.Join(path, out.exec)
		if info, err = d.root.Lstat(out.path); err != nil {
			return output{}, err
		}
	}
	if !info.Mode().IsRegular() {
		return output{}, fmt.Errorf("%s: not a regular file", out.path)
	}
	out.size = info.Size()
	return out, nil
}

// Output reads an output, and fails with ErrContent if it does not have the hash that is its name.
func (d *Dir) Output(id ID) ([]byte, error) {
	out, err := d.output(id)
	if err != nil {
		return nil, err
	}
	b, err := d.root.ReadFile(out.path)
	if err != nil {
		return nil, err
	}
	if sha256.Sum256(b) != id {
		return nil, ErrContent
	}
	return b, nil
}

// ValidExec reports whether the name of a program is one element of a path, on every system.
func ValidExec(s string) bool {
	isControl := func(r rune) bool { return r < ' ' || r == 0x7f }
	return s != "" && s != "." && s != ".." && len(s) <= 255 && filepath.IsLocal(s) &&
		!strings.ContainsAny(s, "/\\:*?\"<>|") && !strings.ContainsFunc(s, isControl)
}

// Has reports whether the go command would take this output from the cache. It looks at the size, as the go command
// does.
func (d *Dir) Has(id ID, size int64, exec string) bool {
	out, err := d.output(id)
	return err == nil && out.size == size && out.exec == exec
}

// HasAction reports whether the go command would find an output for this action.
func (d *Dir) HasAction(id ID) bool {
	action, err := d.readAction(name(id, "a"))
	if err != nil || action.ID != id {
		return false
	}
	out, err := d.output(action.Output)
	return err == nil && out.size == action.Size
}

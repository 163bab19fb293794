package modcache

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"

	"golang.org/x/mod/sumdb/dirhash"
)

const (
	// MaxZip is the size above which the go command takes no zip file, in bytes, and none with more in it
	// (golang.org/x/mod/zip.MaxZipFile).
	MaxZip = 500 << 20
	// MaxGoMod is the same for go.mod files (golang.org/x/mod/zip.MaxGoMod).
	MaxGoMod = 16 << 20
)

var (
	// ErrIrregular says that something is no regular file.
	ErrIrregular = errors.New("is no regular file")
	// ErrTooLarge says that a file is larger than the go command takes.
	ErrTooLarge = errors.New("is larger than the go command takes")
)

// OpenRegular opens a regular file for reading. It follows links, and never waits where the name is that of a pipe.
func OpenRegular(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|Nonblock, 0)
	if err != nil {
		return nil, err
	}
	return regular(f, path)
}

// OpenIn is OpenRegular for a file in dir. Between a look at the directory and here the file may have become a pipe.
func OpenIn(dir *os.Root, name string) (*os.File, error) {
	f, err := dir.OpenFile(name, os.O_RDONLY|Nonblock, 0)
	if err != nil {
		return nil, err
	}
	return regular(f, name)
}

// regular closes what is no regular file.
func regular(f *os.File, name string) (*os.File, error) {
	fi, err := f.Stat()
	if err == nil && !fi.Mode().IsRegular() {
		err = &fs.PathError{Op: "open", Path: name, Err: ErrIrregular}
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// ReadSmall reads a file of at most MaxGoMod bytes.
func ReadSmall(r io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxGoMod+1))
	if len(data) > MaxGoMod {
		return nil, ErrTooLarge
	}
	return data, err
}

// HashMod returns the hash of a go.mod file, as go.sum has it.
func HashMod(data []byte) string {
	h, _ := dirhash.Hash1([]string{"go.mod"}, func(string) (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(data)), nil
	})
	return h
}

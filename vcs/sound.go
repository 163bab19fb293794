package vcs

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Sound reports whether what git reads first of the repository can be read and looks as it should, for who does not want to ask git each
// time: the settings, HEAD and what it refers to, the index, and the folders of objects. What is wrong with other files it does not see.
func (r Repo) Sound() bool {
	inside := filepath.Join(r.Dir, ".git")
	head, err := os.ReadFile(filepath.Join(inside, "HEAD"))
	if err != nil {
		return false
	}
	if ref, ok := strings.CutPrefix(string(head), "ref: "); ok {
		head, err = os.ReadFile(filepath.Join(inside, filepath.FromSlash(strings.TrimSpace(ref))))
		if err == nil && !isHash(head) || err != nil && !errors.Is(err, fs.ErrNotExist) { // it may be packed, or not born
			return false
		}
	} else if !isHash(head) {
		return false
	}
	return opens(inside, "config") && opens(inside, "packed-refs") && soundIndex(filepath.Join(inside, "index")) && soundObjects(filepath.Join(inside, "objects"))
}

// isHash reports whether a file has the name of an object and nothing else.
func isHash(data []byte) bool {
	s := strings.TrimSpace(string(data))
	return (len(s) == 40 || len(s) == 64) && strings.Trim(s, "0123456789abcdef") == ""
}

// soundIndex reports whether an index is missing, or has a head and at least the checksum (gitformat-index(5)).
func soundIndex(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return errors.Is(err, fs.ErrNotExist)
	}
	defer f.Close()
	var head [12 + 20]byte
	_, err = io.ReadFull(f, head[:])
	return err == nil && string(head[:4]) == "DIRC"
}

// soundObjects reports whether the folders of objects can be read.
func soundObjects(dir string) bool {
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		if !opens(dir, e.Name()) {
			return false
		}
	}
	return err == nil
}

// opens reports whether what has that name can be read, or is missing.
func opens(dir, name string) bool {
	f, err := os.Open(filepath.Join(dir, name))
	if err == nil {
		f.Close()
	}
	return err == nil || errors.Is(err, fs.ErrNotExist)
}

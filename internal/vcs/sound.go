package vcs

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Sound reports whether the files that git reads first can be read and look right: the settings, HEAD and what it
// refers to, the index, and the folders of objects. It does not see what is wrong with other files. It is for callers
// that do not want to run git each time.
func (r Repo) Sound() bool {
	inside := filepath.Join(r.Dir, ".git")
	return soundHead(inside) && opens(inside, "config") && opens(inside, "packed-refs") &&
		soundIndex(filepath.Join(inside, "index")) && soundObjects(filepath.Join(inside, "objects"))
}

// soundHead reports whether HEAD is a hash, or refers to a file with one, or to no file: the ref may be packed, or
// have no commit yet.
func soundHead(inside string) bool {
	head, err := os.ReadFile(filepath.Join(inside, "HEAD"))
	if err != nil {
		return false
	}
	ref, ok := strings.CutPrefix(string(head), "ref: ")
	if !ok {
		return isHash(head)
	}
	hash, err := os.ReadFile(filepath.Join(inside, filepath.FromSlash(strings.TrimSpace(ref))))
	return err == nil && isHash(hash) || errors.Is(err, fs.ErrNotExist)
}

// isHash reports whether a file contains the name of an object and nothing else.
func isHash(data []byte) bool {
	s := strings.TrimSpace(string(data))
	return (len(s) == 40 || len(s) == 64) && strings.Trim(s, "0123456789abcdef") == ""
}

// soundIndex reports whether an index is missing, or has a header and at least the checksum (gitformat-index(5)).
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

// opens reports whether the file or folder of that name can be opened, or is missing.
func opens(dir, name string) bool {
	f, err := os.Open(filepath.Join(dir, name))
	if err == nil {
		f.Close()
	}
	return err == nil || errors.Is(err, fs.ErrNotExist)
}

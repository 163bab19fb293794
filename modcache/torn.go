package modcache

import (
	"io"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/mod/module"
)

// Torn returns a file that was torn, and the module that it belongs to, among those that the project's go.sum files name; "" where there is
// none, or none was found in the given time. It sees empty .mod files, and zip files without an end that are still to be extracted: both
// the go command neither mends nor names as what they are.
func (p Project) Torn(cache string, within time.Duration) (path, mod string) {
	deadline := time.Now().Add(within)
	for m := range p.Sums() {
		version, modOnly := cutGoMod(m.Version)
		e, ok := newEntry(module.Version{Path: m.Path, Version: version})
		if !ok {
			continue
		}
		base := filepath.Join(cache, "cache", "download", filepath.FromSlash(e.at), e.base)
		if modOnly && isEmpty(base+".mod") {
			return base + ".mod", e.Mod.String()
		}
		if !modOnly && !exists(filepath.Join(cache, filepath.FromSlash(e.dir))) && tornZip(base+".zip") {
			return base + ".zip", e.Mod.String()
		}
		if time.Now().After(deadline) {
			break
		}
	}
	return "", ""
}

// isEmpty reports whether a file is there and empty.
func isEmpty(path string) bool {
	fi, err := os.Lstat(path)
	return err == nil && fi.Mode().IsRegular() && fi.Size() == 0
}

// tornZip reports whether a file is there and does not end as zip files of modules do: with a directory's end of 22 bytes, for
// they have no comment (golang.org/x/mod/zip).
func tornZip(path string) bool {
	fi, err := os.Lstat(path)
	if err != nil || !fi.Mode().IsRegular() {
		return false
	}
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	var end [4]byte
	_, err = f.ReadAt(end[:], max(0, fi.Size()-22))
	return err == io.EOF || err == nil && string(end[:]) != "PK\x05\x06"
}

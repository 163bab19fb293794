package bindir

import (
	"debug/pe"
	"os"
)

// torn reports whether a file in the stage is a part of what was to be there: the go command copies into it, and whether it
// was killed meanwhile its exit status does not tell.
func torn(path string) bool {
	r, err := os.Open(path)
	if err != nil {
		return true
	}
	defer r.Close()
	magic := make([]byte, 2)
	if _, err := r.ReadAt(magic, 0); err != nil {
		return true
	}
	if string(magic) != "MZ" {
		return false // a C header or an archive
	}
	f, err := pe.NewFile(r) // it reads the names of symbols too, which come last
	if err != nil {
		return true
	}
	var end int64
	for _, s := range f.Sections {
		end = max(end, int64(s.Offset)+int64(s.Size))
	}
	fi, err := r.Stat()
	return err != nil || fi.Size() < end
}

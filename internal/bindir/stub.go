package bindir

import (
	"bytes"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"syscall"
)

// headSize is how much of a binary the go command reads to find its build ID (cmd/internal/buildid.readBinary). In
// the rare file that has it further behind, it finds none and links the program again.
const headSize = 32 << 10

// What is before and after a build ID: in the note of an ELF file, and in the text of all binaries.
var (
	noteMark = []byte("Go\x00\x00")
	textMark = []byte("\xff Go build ID: \"")
	textEnd  = []byte("\"\n \xff")
)

// addStubs puts a stub of each Go binary of the target directory into the stage, so that the go command links only
// programs that are not up to date. Links to the binaries would not do: in some cases the go command copies into
// the stage, too (if GOCACHE is a prefix of $WORK), and would write through the link.
func (s *Stage) addStubs() error {
	entries, err := s.entries()
	if err != nil {
		return err
	}
	buf := make([]byte, headSize)
	for _, e := range entries {
		if e.IsDir() || !s.readHead(e, buf) {
			continue
		}
		if !bytes.Contains(buf, noteMark) && !bytes.Contains(buf, textMark) {
			continue
		}
		stub := filepath.Join(s.Dir, e.Name())
		if err := os.WriteFile(stub, stubOf(buf), 0o600); err != nil {
			return err
		}
		fi, err := os.Lstat(stub)
		if err != nil {
			return err
		}
		s.stubs[e.Name()] = fi
	}
	return nil
}

// stubOf returns the stub of a binary that begins with head: the head itself. Of a Windows binary it is only the
// build ID, after the magic number of an object file of Plan 9, because virus scanners suspect a truncated program.
// A link to the binary could not be removed while the program runs.
func stubOf(head []byte) []byte {
	if !bytes.HasPrefix(head, []byte("MZ")) {
		return head
	}
	_, id, _ := bytes.Cut(head, textMark)
	id, _, _ = bytes.Cut(id, textEnd)
	return slices.Concat([]byte("\x00\x00\x01\xeb"), textMark, id, textEnd)
}

// entries lists the target directory.
func (s *Stage) entries() ([]fs.DirEntry, error) {
	f, err := s.root.Open(".")
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return f.ReadDir(-1)
}

// readHead fills buf with the beginning of a regular file, and reports whether the file is that long. It follows
// links, as the go command does; but not for root, because opening a device can have effects.
func (s *Stage) readHead(e fs.DirEntry, buf []byte) bool {
	const how = os.O_RDONLY | syscall.O_NONBLOCK // a pipe would block
	f, err := s.root.OpenFile(e.Name(), how, 0)
	if err != nil && e.Type()&fs.ModeSymlink != 0 && os.Geteuid() != 0 {
		f, err = os.OpenFile(filepath.Join(s.Target, e.Name()), how, 0)
	}
	if err != nil {
		return false
	}
	defer f.Close()
	fi, err := f.Stat()
	if err != nil || !fi.Mode().IsRegular() || fi.Size() < int64(len(buf)) {
		return false
	}
	_, err = io.ReadFull(f, buf)
	return err == nil
}

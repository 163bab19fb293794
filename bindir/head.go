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

// headSize is what the go command reads of a binary to learn its build ID (cmd/internal/buildid.readBinary). In the rare file that
// has it further behind it finds none, and links once more.
const headSize = 32 << 10

// The marks of a build ID: in the note of an ELF file, and in the text of all.
var (
	noteMark = []byte("Go\x00\x00")
	textMark = []byte("\xff Go build ID: \"")
	textEnd  = []byte("\"\n \xff")
)

// fillHeads puts the head of each Go binary of the target directory into the stage, so that the go command links only
// what is not up to date. No links to the binaries: where the go command copies all the same, as it does when GOCACHE
// is a prefix of $WORK, it would write through a link.
func (s *Stage) fillHeads() error {
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
		head := filepath.Join(s.Dir, e.Name())
		if err := os.WriteFile(head, likeness(buf), 0o600); err != nil {
			return err
		}
		fi, err := os.Lstat(head)
		if err != nil {
			return err
		}
		s.heads[e.Name()] = fi
	}
	return nil
}

// likeness returns what stands for a binary with this head in the stage: the head, but of one for Windows only the build ID, behind
// the magic of an object of Plan 9, since virus scanners suspect a truncated program. No link to the binary, which could
// not be removed while it runs.
func likeness(head []byte) []byte {
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

// readHead fills buf with the beginning of a regular file, and reports whether it is that long. It follows links, as
// the go command does; but not for root, to whom opening a device may do something.
func (s *Stage) readHead(e fs.DirEntry, buf []byte) bool {
	const how = os.O_RDONLY | syscall.O_NONBLOCK // a pipe would keep us waiting
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

// refusal says why the go command would not replace a file (Shell.checkDstOverwrite); nil where it would. With force
// it replaces all but directories.
func refusal(fi fs.FileInfo, force bool, open func() (*os.File, error)) error {
	switch {
	case fi.IsDir():
		return errDirectory
	case !force && fi.Mode().IsRegular() && fi.Size() != 0 && !isObject(open):
		return errNoObject
	}
	return nil
}

// objectMagic begins the files that the go command takes for its own (cmd/go/internal/work/exec.go, Go 1.26).
var objectMagic = []string{
	"!<arch>\n",
	"<bigaf>\n",
	"\x7fELF",
	"\xfe\xed\xfa\xce", "\xfe\xed\xfa\xcf", "\xce\xfa\xed\xfe", "\xcf\xfa\xed\xfe", // Mach-O
	"\x4d\x5a\x90\x00\x03\x00", "\x4d\x5a\x78\x00\x01\x00", // PE
	"\x00\x00\x01\xeb", "\x00\x00\x8a\x97", "\x00\x00\x06\x47", // Plan 9
	"\x00asm",
	"\x01\xdf", "\x01\xf7", // XCOFF
}

// isObject reports whether the file is a binary or an archive.
func isObject(open func() (*os.File, error)) bool {
	object, _ := readsObject(open)
	return object
}

// readsObject is isObject for a file that has to be readable.
func readsObject(open func() (*os.File, error)) (bool, error) {
	f, err := open()
	if err != nil {
		return false, err
	}
	defer f.Close()
	buf := make([]byte, 8)
	if _, err := io.ReadFull(f, buf); err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return false, err
	}
	for _, magic := range objectMagic {
		if bytes.HasPrefix(buf, []byte(magic)) {
			return true, nil
		}
	}
	return false, nil
}

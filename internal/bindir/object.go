package bindir

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
)

// What the go command says of files that it does not replace.
var (
	errDirectory = errors.New("already exists and is a directory")
	errNoObject  = errors.New("already exists and is not an object file")
)

// refusal returns why the go command would not replace a file (Shell.checkDstOverwrite), nil if it would. With
// force it replaces all except directories.
func refusal(fi fs.FileInfo, force bool, open func() (*os.File, error)) error {
	switch {
	case fi.IsDir():
		return errDirectory
	case !force && fi.Mode().IsRegular() && fi.Size() != 0 && !isObject(open):
		return errNoObject
	}
	return nil
}

// objectMagic is how files begin that the go command takes for its own (cmd/go/internal/work/exec.go, Go 1.26).
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

// isObject reports whether the file is a binary or an archive. It is false if the file cannot be read.
func isObject(open func() (*os.File, error)) bool {
	object, _ := readsObject(open)
	return object
}

// readsObject is isObject with the error.
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

package bindir

import (
	"debug/pe"
	"encoding/binary"
	"io"
	"os"
)

// torn reports whether a file in the stage is a part of what was to be there: the go command copies into it, and whether it
// was killed meanwhile its exit status does not tell.
func torn(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return true
	}
	defer f.Close()
	magic := make([]byte, 2)
	if _, err := f.ReadAt(magic, 0); err != nil {
		return true
	}
	if string(magic) != "MZ" {
		return false // a C header or an archive
	}
	end, err := programEnd(f)
	if err != nil {
		return true
	}
	fi, err := f.Stat()
	return err != nil || fi.Size() < end
}

// programEnd returns where a PE file ends as its headers have it, but for the names of its symbols. Package debug/pe would refuse
// what is whole and has no such names.
func programEnd(f io.ReaderAt) (int64, error) {
	var start uint32
	if err := binary.Read(io.NewSectionReader(f, 0x3c, 4), binary.LittleEndian, &start); err != nil {
		return 0, err
	}
	r := io.NewSectionReader(f, int64(start)+int64(len("PE\x00\x00")), headSize)
	var header pe.FileHeader
	if err := binary.Read(r, binary.LittleEndian, &header); err != nil {
		return 0, err
	}
	r.Seek(int64(header.SizeOfOptionalHeader), io.SeekCurrent)
	sections := make([]pe.SectionHeader32, header.NumberOfSections)
	if err := binary.Read(r, binary.LittleEndian, sections); err != nil {
		return 0, err
	}
	end := int64(header.PointerToSymbolTable) + pe.COFFSymbolSize*int64(header.NumberOfSymbols)
	for _, s := range sections {
		end = max(end, int64(s.PointerToRawData)+int64(s.SizeOfRawData))
	}
	return end, nil
}

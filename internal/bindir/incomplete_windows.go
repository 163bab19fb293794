package bindir

import (
	"debug/pe"
	"encoding/binary"
	"io"
	"os"
)

// incomplete reports whether a file in the stage is only a part of what the go command was to copy there. Its exit
// status does not tell whether it was killed meanwhile.
func incomplete(path string) bool {
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

// programEnd returns where a PE file ends by its headers, without the names of its symbols. Package debug/pe would
// refuse a complete file without such names.
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

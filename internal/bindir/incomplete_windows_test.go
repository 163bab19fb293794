package bindir

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// A file of which the go command had copied only a part when it was killed is not placed.
func TestIncomplete(t *testing.T) {
	s, err := New(t.TempDir(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Remove()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(self)
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(s.Dir, "hello.h"), "#define HELLO\n")
	write(t, filepath.Join(s.Dir, "empty.exe"), "")
	for name, data := range map[string][]byte{"whole.exe": whole, "stripped.exe": stripped(whole)} {
		write(t, filepath.Join(s.Dir, name), string(data))
		for part, size := range map[string]int{"first": 32 << 10, "half": len(data) / 2} {
			write(t, filepath.Join(s.Dir, part+"-"+name), string(data[:size]))
		}
	}
	got, err := s.Built()
	if err != nil || !slices.Equal(got, []string{"hello.h", "stripped.exe", "whole.exe"}) {
		t.Errorf("built: %v, %q", err, got)
	}
}

// stripped has no symbol table, as after strip(1): PointerToSymbolTable and NumberOfSymbols of the file header are 0.
func stripped(program []byte) []byte {
	data := slices.Clone(program)
	header := binary.LittleEndian.Uint32(data[0x3c:]) + 4
	clear(data[header+8 : header+16])
	return data
}

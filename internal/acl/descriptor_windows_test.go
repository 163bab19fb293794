package acl

import (
	"encoding/hex"
	"testing"
	"unsafe"

	"golang.org/x/sys/windows"
)

// The bytes in descriptor_test.go are what the system makes of the words.
func TestDescriptorBytes(t *testing.T) {
	for sddl, want := range map[string]string{driveSDDL: driveHex, secondSDDL: secondHex, grantedSDDL: grantedHex} {
		sd, err := windows.SecurityDescriptorFromString(sddl)
		if err != nil {
			t.Fatal(err)
		}
		if got := hex.EncodeToString(unsafe.Slice((*byte)(unsafe.Pointer(sd)), sd.Length())); got != want {
			t.Errorf("%s:\n%s, want\n%s", sddl, got, want)
		}
	}
}

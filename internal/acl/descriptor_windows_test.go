package acl

import (
	"encoding/hex"
	"reflect"
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

// The tests read descriptors in words as the system does.
func TestSDDL(t *testing.T) {
	for _, sddl := range []string{
		driveSDDL, secondSDDL, grantedSDDL, profileSDDL, localSDDL, elevatedSDDL, windowsTempSDDL, plantedSDDL,
		ownOnDriveSDDL, oneDriveSDDL, domainSDDL, helpDeskSDDL, everyoneSDDL, privateSDDL, onlyBelowSDDL, noListSDDL,
	} {
		sd, err := windows.SecurityDescriptorFromString(sddl)
		if err != nil {
			t.Fatal(sddl, err)
		}
		want, err := fromSystem(sd)
		if got := fromSDDL(t, sddl); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v\n%+v, want\n%+v", sddl, err, got, want)
		}
	}
}

// An account of this machine is known, and one that nobody has is not. Well-known ones have names.
func TestKnown(t *testing.T) {
	if !Known(UserSID()) || !Known(sidSystem) || Known("S-1-5-21-111-222-333-4444") {
		t.Errorf("ours: %t, the system: %t, nobody: %t",
			Known(UserSID()), Known(sidSystem), Known("S-1-5-21-111-222-333-4444"))
	}
	if got := Account("S-1-5-21-111-222-333-4444"); got != "S-1-5-21-111-222-333-4444" || Account("") != "" {
		t.Errorf("the name of nobody: %q", got)
	}
}

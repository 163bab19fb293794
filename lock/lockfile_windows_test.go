package lock

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/go-safe/go-safe/internal/fsinfo"
)

// The file in the directory counts before the one beside it, whichever was first. Who has locked the one beside it
// meanwhile goes on with the other.
func TestPlace(t *testing.T) {
	dir := sharedDir(t)
	inside, beside := lockNames(dir)
	if err := os.WriteFile(beside, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	l, err := openLockFile(dir, false, false)
	if err != nil || l.path != beside || !l.isCurrent() {
		t.Fatalf("%+v, %v", l, err)
	}
	defer l.release()
	if err := os.WriteFile(inside, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if l.isCurrent() {
		t.Error("the file beside the directory still counts")
	}
	release, err := acquire(dir, Exclusive, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	if in, err := openLockFile(dir, false, false); err != nil || in.path != inside {
		t.Errorf("%+v, %v", in, err)
	} else {
		in.release()
	}
}

// Flags of file systems, as GetVolumeInformation told them in published reports.
const (
	flagsNTFS10  = 0x03e706ff // of Windows 10
	flagsNTFS11  = 0x03e72eff // of Windows 11
	flagsExFAT   = 0x00020206
	flagsGDrive  = 0x00000106 // Google Drive, mounted
	flagsUnknown = 0
)

// A new file is where it is in nobody's way: in the directory if that can be removed all the same.
func TestNewNames(t *testing.T) {
	const inside, beside = `C:\cache\` + fsinfo.LockName, `C:\cache` + fsinfo.LockName
	for flags, want := range map[uint32][]string{
		flagsNTFS10: {inside}, flagsNTFS11: {inside},
		flagsExFAT: {beside, inside}, flagsGDrive: {beside, inside}, flagsUnknown: {beside, inside},
	} {
		if got := newNames(`C:\cache\`, flags); !slices.Equal(got, want) {
			t.Errorf("%#x: %q, want %q", flags, got, want)
		}
	}
}

// A clean removes the directory while the lock is held. Who comes then makes a new directory and a new file, and the
// old lock counts for nothing.
//
// NTFS takes the name of an open file away at once, by renaming it to a folder of its own ($Extend\$Deleted). Wine has
// no such file system, so there this test renames.
func TestNewPlace(t *testing.T) {
	for _, flags := range []uint32{flagsExFAT, flagsNTFS10} {
		dir := sharedDir(t)
		l, err := openOn(flags, dir, true)
		if err != nil {
			t.Fatal(err)
		}
		defer l.release()
		if ok, err := l.try(Exclusive); !ok || err != nil || l.path != newNames(dir, flags)[0] || !l.isCurrent() {
			t.Fatalf("%#x: %s: %t, %v", flags, l.path, ok, err)
		}
		if _, err := acquire(dir, Shared, 0); err == nil {
			t.Errorf("%#x: two have the lock", flags)
		}
		if here := newNames(dir, volumeFlags(dir)); flags == flagsNTFS10 && here[0] != l.path {
			if err := os.Rename(l.path, dir+".deleted"); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.RemoveAll(dir); err != nil {
			t.Errorf("%#x: a clean is kept from removing the directory: %v", flags, err)
		}
		if l.isCurrent() {
			t.Errorf("%#x: the lock on the removed directory counts", flags)
		}
		if flags != flagsNTFS10 {
			continue // the file beside the directory is still there, and locked
		}
		again, err := openOn(flags, dir, true)
		if err != nil {
			t.Fatal(err)
		}
		defer again.release()
		if ok, err := again.try(Exclusive); !ok || err != nil || !again.isCurrent() {
			t.Errorf("%#x: on the new directory: %t, %v", flags, ok, err)
		}
	}
}

// Where this user may write to nothing and nobody has made the file, there is no lock and nobody to keep out. Where
// something else has its name, that is said.
func TestNoFile(t *testing.T) {
	for _, dir := range []string{`C:\Windows\System32`, `Z:\usr`} {
		if !fsinfo.IsDir(dir) || fsinfo.Writable(dir) || fsinfo.Writable(filepath.Dir(dir)) {
			t.Logf("%s is not there, or open to this user", dir)
			continue
		}
		var refused *RefusedError
		if _, err := acquire(dir, Shared, 0); !errors.Is(err, fs.ErrPermission) || errors.As(err, &refused) {
			t.Errorf("%s: %v", dir, err)
		}
		if Unknown(dir) != nil {
			t.Errorf("%s: %v", dir, Unknown(dir))
		}
	}
	dir := sharedDir(t)
	inside, _ := lockNames(dir)
	if err := os.Mkdir(inside, 0o777); err != nil {
		t.Fatal(err)
	}
	var refused *RefusedError
	if _, err := acquire(dir, Shared, time.Second); !errors.As(err, &refused) || refused.File != inside {
		t.Errorf("%v", err)
	}
	if Unknown(dir) == nil {
		t.Error("the lock can be tried")
	}
}

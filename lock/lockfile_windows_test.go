package lock

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
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

// A new file is where it is in nobody's way: in the directory if that can be removed all the same.
func TestNewPlace(t *testing.T) {
	dir := sharedDir(t)
	release, err := acquire(dir, Exclusive, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	inside, beside := lockNames(dir)
	in, by := fsinfo.Exists(inside), fsinfo.Exists(beside)
	if removes := removesOpen(dir); in != removes || by == removes {
		t.Errorf("removes open files: %t; in it: %t, beside it: %t", removes, in, by)
	}
	if err := os.RemoveAll(dir); err != nil {
		t.Errorf("a clean is kept from removing the directory: %v", err)
	}
	if again, err := acquire(dir, Shared, 0); err != nil && removesOpen(dir) {
		t.Errorf("the lock on the new directory: %v", err)
	} else if err == nil {
		again()
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

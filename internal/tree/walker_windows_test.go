package tree

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/go-safe/go-safe/internal/acl"
	"golang.org/x/sys/windows"
)

// A file whose ACL was changed gets it back if the next step fails, or if the file system made something else of it.
func TestSetACL(t *testing.T) {
	failed := errors.New("failed")
	never := func(acl.Descriptor) bool { return false }
	for name, tt := range map[string]struct {
		fails error
		right func(acl.Descriptor) bool
		want  error
	}{
		"the step fails":            {failed, never, failed},
		"something else came of it": {nil, never, errNotKept},
		"right":                     {nil, acl.Descriptor.OpenToCrowds, nil},
	} {
		path := filepath.Join(t.TempDir(), "file")
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		h := openForACL(t, path)
		before, _ := acl.Security(h)
		err := SetACL(h, func(h windows.Handle) error {
			err := openToAll(h)
			if d, _ := acl.DescriptorOf(h); err != nil || !d.OpenToCrowds() {
				t.Errorf("%s: nothing was changed: %v", name, err)
			}
			return tt.fails
		}, tt.right)
		after, _ := acl.Security(h)
		if !errors.Is(err, tt.want) || (before.String() == after.String()) != (tt.want != nil) {
			t.Errorf("%s: %v; %s became %s", name, err, before, after)
		}
		windows.CloseHandle(h)
	}
}

// openToAll gives everybody all rights on an open file.
func openToAll(h windows.Handle) error {
	sd, err := windows.SecurityDescriptorFromString("D:P(A;;FA;;;WD)(A;;FA;;;" + acl.UserSID() + ")")
	if err != nil {
		return err
	}
	return windows.SetKernelObjectSecurity(h, windows.DACL_SECURITY_INFORMATION, sd)
}

func openForACL(t *testing.T, path string) windows.Handle {
	t.Helper()
	name, _ := windows.UTF16PtrFromString(path)
	h, err := windows.CreateFile(name, windows.READ_CONTROL|windows.WRITE_DAC, shareAll, nil, windows.OPEN_EXISTING, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// The walker tells which list an entry had before the change, and not the one after it.
func TestTellsListBefore(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "file")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	h := openForACL(t, path)
	defer windows.CloseHandle(h)
	if err := openToAll(h); err != nil {
		t.Fatal(err)
	}
	before := listOf(h)
	first := true
	once := func(acl.Descriptor, bool) bool { was := first; first = false; return was } // wrong, and right afterwards
	var told []Change
	w := New(once, &Options{Tell: func(c Change) { told = append(told, c) }})
	f, err := os.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	w.Tree(f)
	if after := listOf(h); after == before {
		t.Fatalf("the list of the file did not change, which shows nothing: %s; %+v", after, w.Report())
	}
	if len(told) != 1 || told[0] != (Change{path, "ACL", before}) {
		t.Errorf("told of %+v, want %s", told, before)
	}
}

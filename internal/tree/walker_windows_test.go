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
		name16, _ := windows.UTF16PtrFromString(path)
		h, err := windows.CreateFile(name16, windows.READ_CONTROL|windows.WRITE_DAC, shareAll, nil,
			windows.OPEN_EXISTING, 0, 0)
		if err != nil {
			t.Fatal(err)
		}
		before, _ := acl.Security(h)
		err = SetACL(h, func(h windows.Handle) error {
			sd, err := windows.SecurityDescriptorFromString("D:P(A;;FA;;;WD)(A;;FA;;;" + acl.UserSID() + ")")
			if err == nil {
				err = windows.SetKernelObjectSecurity(h, windows.DACL_SECURITY_INFORMATION, sd)
			}
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

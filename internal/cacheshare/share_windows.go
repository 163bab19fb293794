package cacheshare

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"slices"

	"github.com/go-safe/go-safe/internal/acl"
	"github.com/go-safe/go-safe/internal/layout"
	"github.com/go-safe/go-safe/internal/tree"
	"golang.org/x/sys/windows"
)

func share(dir, group string, _ Others, homes []string, o *tree.Options) (*Shared, error) {
	if why := notToShare(dir, homes); why != "" {
		return nil, errors.New(dir + " " + why)
	}
	sid, err := groupSID(group)
	if err != nil {
		return nil, err
	}
	s := &Shared{ByACL: true, Group: -1}
	if _, err := os.Lstat(dir); errors.Is(err, fs.ErrNotExist) {
		s.Made, s.Shape = true, layout.Empty
		if o.Dry {
			return s, nil
		}
		if err := os.Mkdir(dir, 0o777); err != nil {
			return nil, err
		}
	}
	f, shape, err := tree.OpenCache(dir)
	if err != nil {
		return nil, err
	}
	s.Shape = shape
	w := tree.New(func(d acl.Descriptor, _ bool) bool { return d.Protected }, o)
	if err := admit(w, f, dir, sid); err != nil {
		f.Close()
		if s.Made {
			os.Remove(dir)
		}
		return nil, &fs.PathError{Op: "share", Path: dir, Err: err}
	}
	w.Tree(f)
	s.Report = *w.Report()
	return s, nil
}

// groupSID finds a group by its name, or takes a SID as it is.
func groupSID(group string) (*windows.SID, error) {
	if group == "" {
		return nil, errors.New("no group is named: --group")
	}
	sid, err := windows.StringToSid(group)
	if err != nil {
		sid, _, _, err = windows.LookupSID("", group)
	}
	switch {
	case err != nil:
		return nil, fmt.Errorf("no group %q: %w", group, err)
	case slices.Contains(acl.Crowds(), sid.String()):
		return nil, fmt.Errorf(
			"in group %s is everybody, who could change what its users run; name another: --group", group)
	}
	return sid, nil
}

// admit lets a group into a cache. Windows lets all that is in it inherit that.
func admit(w *tree.Walker, cache *os.File, dir string, group *windows.SID) error {
	h := windows.Handle(cache.Fd())
	d, err := acl.DescriptorOf(h)
	switch {
	case err != nil:
		return err
	case d.OpenToCrowds():
		return fmt.Errorf(`may be written to by everybody, who could change what its users run; `+
			`run: icacls "%s" /inheritance:d /remove:g *S-1-1-0 *S-1-5-11 *S-1-5-32-545`, dir)
	case d.List.Lets(group.String()), !w.ChangesRoot(cache):
		return nil
	}
	let := func(d acl.Descriptor) bool { return d.List.Lets(group.String()) }
	return tree.SetACL(h, func(h windows.Handle) error { return grant(h, group) }, let)
}

// grant adds an entry to the ACL of an open directory.
func grant(h windows.Handle, group *windows.SID) error {
	sd, err := acl.Security(h)
	if err != nil {
		return err
	}
	before, _, err := sd.DACL()
	if err != nil {
		return err
	}
	const modify = 0x1301bf // the rights that icacls calls M
	var pin runtime.Pinner
	pin.Pin(group)
	defer pin.Unpin()
	list, err := windows.ACLFromEntries([]windows.EXPLICIT_ACCESS{{
		AccessPermissions: modify,
		AccessMode:        windows.GRANT_ACCESS,
		Inheritance:       windows.SUB_CONTAINERS_AND_OBJECTS_INHERIT,
		Trustee: windows.TRUSTEE{
			TrusteeForm: windows.TRUSTEE_IS_SID, TrusteeValue: windows.TrusteeValueFromSID(group),
		},
	}}, before)
	if err != nil {
		return err
	}
	return windows.SetSecurityInfo(h, windows.SE_FILE_OBJECT, windows.DACL_SECURITY_INFORMATION, nil, nil, list, nil)
}

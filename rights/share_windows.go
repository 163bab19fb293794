package rights

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"

	"golang.org/x/sys/windows"
)

// modify are the rights that icacls calls M.
const modify = 0x1301bf

func share(dir, group string, homes []string, o *Options) (*Shared, error) {
	dir = filepath.Clean(dir)
	if why := notToShare(dir, homes); why != "" {
		return nil, errors.New(dir + " " + why)
	}
	who, err := groupSID(group)
	if err != nil {
		return nil, err
	}
	s := &Shared{ByACL: true, Group: -1}
	if _, err := os.Lstat(dir); errors.Is(err, fs.ErrNotExist) {
		s.Made, s.Shape = true, Empty
		if o.Dry {
			return s, nil
		}
		if err := os.Mkdir(dir, 0o777); err != nil {
			return nil, err
		}
	}
	f, shape, err := openCache(dir)
	if err != nil {
		return nil, err
	}
	s.Shape = shape
	k := &keeper{dry: o.Dry, tally: &tally{meter: &o.Meter, tell: o.Tell}, wrong: func(d descriptor, _ bool) bool { return d.protected }}
	if err := k.admit(f, dir, who); err != nil {
		f.Close()
		if s.Made {
			os.Remove(dir)
		}
		return nil, &fs.PathError{Op: "share", Path: dir, Err: err}
	}
	k.tree(f, &node{name: dir}, whole)
	s.Report = *k.tally.report()
	return s, nil
}

// groupSID finds a group by its name, or takes a SID as it is.
func groupSID(group string) (*windows.SID, error) {
	if group == "" {
		return nil, errors.New("no group is named: --group")
	}
	who, err := windows.StringToSid(group)
	if err != nil {
		who, _, _, err = windows.LookupSID("", group)
	}
	switch {
	case err != nil:
		return nil, fmt.Errorf("no group %q: %w", group, err)
	case slices.Contains(crowds(), who.String()):
		return nil, fmt.Errorf("in group %s is everybody, who could change what its users run; name another: --group", group)
	}
	return who, nil
}

// admit lets a group into a cache. Windows lets all that is in it inherit that.
func (k *keeper) admit(cache *os.File, dir string, who *windows.SID) error {
	h := windows.Handle(cache.Fd())
	sd, err := windows.GetSecurityInfo(h, windows.SE_FILE_OBJECT, told)
	d, err := descriptorOf(sd, err)
	switch {
	case err != nil:
		return err
	case d.mayAdd(crowds()):
		return fmt.Errorf(`may be written to by everybody, who could change what its users run; `+
			`type: icacls "%s" /inheritance:d /remove:g *S-1-1-0 *S-1-5-11 *S-1-5-32-545`, dir)
	case d.list.lets(who.String()):
		return nil
	}
	k.tally.changed[ACLs].Add(1)
	if k.dry {
		return nil
	}
	before, _, err := sd.DACL()
	if err != nil {
		return err
	}
	var pin runtime.Pinner
	pin.Pin(who)
	defer pin.Unpin()
	list, err := windows.ACLFromEntries([]windows.EXPLICIT_ACCESS{{
		AccessPermissions: modify,
		AccessMode:        windows.GRANT_ACCESS,
		Inheritance:       windows.SUB_CONTAINERS_AND_OBJECTS_INHERIT,
		Trustee:           windows.TRUSTEE{TrusteeForm: windows.TRUSTEE_IS_SID, TrusteeValue: windows.TrusteeValueFromSID(who)},
	}}, before)
	if err != nil {
		return err
	}
	return windows.SetSecurityInfo(h, windows.SE_FILE_OBJECT, windows.DACL_SECURITY_INFORMATION, nil, nil, list, nil)
}

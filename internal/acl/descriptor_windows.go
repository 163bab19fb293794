package acl

import (
	"sync"
	"unsafe"

	"golang.org/x/sys/windows"
)

// What DescriptorOf asks for.
const asked = windows.OWNER_SECURITY_INFORMATION | windows.DACL_SECURITY_INFORMATION

// DescriptorOf reads the descriptor of an open file.
func DescriptorOf(h windows.Handle) (Descriptor, error) {
	sd, err := Security(h)
	if err != nil {
		return Descriptor{}, err
	}
	return fromSystem(sd)
}

// DescriptorOfPath reads the descriptor of the file at a path.
func DescriptorOfPath(path string) (Descriptor, error) {
	sd, err := windows.GetNamedSecurityInfo(path, windows.SE_FILE_OBJECT, asked)
	if err != nil {
		return Descriptor{}, err
	}
	return fromSystem(sd)
}

// Security returns the system's form of an open file's descriptor, for calls that change it.
func Security(h windows.Handle) (*windows.SECURITY_DESCRIPTOR, error) {
	return windows.GetSecurityInfo(h, windows.SE_FILE_OBJECT, asked)
}

// Restore puts a list back that Security has read. First it takes back what entries below have inherited meanwhile;
// then it makes the list itself what it was, to the last entry.
func Restore(h windows.Handle, was *windows.SECURITY_DESCRIPTOR) error {
	list, _, err := was.DACL()
	if err != nil {
		return err
	}
	what := windows.SECURITY_INFORMATION(windows.DACL_SECURITY_INFORMATION)
	if control, _, err := was.Control(); err == nil && control&windows.SE_DACL_PROTECTED != 0 {
		what |= windows.PROTECTED_DACL_SECURITY_INFORMATION
	} else {
		what |= windows.UNPROTECTED_DACL_SECURITY_INFORMATION
	}
	windows.SetSecurityInfo(h, windows.SE_FILE_OBJECT, what, nil, nil, list, nil)
	return windows.SetKernelObjectSecurity(h, windows.DACL_SECURITY_INFORMATION, was)
}

func fromSystem(sd *windows.SECURITY_DESCRIPTOR) (Descriptor, error) {
	if sd == nil {
		return Descriptor{Open: true}, nil
	}
	return parseDescriptor(unsafe.Slice((*byte)(unsafe.Pointer(sd)), sd.Length()))
}

// Parties returns the SIDs by which an ACL may name this process, and those of them that own what it makes: the
// group of administrators owns what its members make.
func Parties() (us, owners []string) { return parties() }

var parties = sync.OnceValues(func() (us, owners []string) {
	token := windows.GetCurrentProcessToken()
	if user, err := token.GetTokenUser(); err == nil {
		us = append(us, user.User.Sid.String())
		owners = append(owners, us...)
	}
	groups, err := token.GetTokenGroups()
	if err != nil {
		return us, owners
	}
	for _, g := range groups.AllGroups() {
		if g.Attributes&windows.SE_GROUP_ENABLED == 0 {
			continue
		}
		us = append(us, g.Sid.String())
		if g.Attributes&windows.SE_GROUP_OWNER != 0 {
			owners = append(owners, g.Sid.String())
		}
	}
	return us, owners
})

// UserSID returns the SID of this user, "" if the system does not tell.
func UserSID() string {
	_, owners := Parties()
	if len(owners) == 0 {
		return ""
	}
	return owners[0]
}

// Known reports whether this machine knows an account of that SID, or cannot tell now.
func Known(sid string) bool {
	s, err := windows.StringToSid(sid)
	if err == nil {
		_, _, _, err = s.LookupAccount("")
	}
	return err != windows.ERROR_NONE_MAPPED
}

// Account returns the name of a user or group, its SID if no name is known.
func Account(sid string) string {
	if sid == "" {
		return ""
	}
	s, err := windows.StringToSid(sid)
	if err != nil {
		return sid
	}
	name, domain, _, err := s.LookupAccount("")
	switch {
	case err != nil:
		return sid
	case domain == "":
		return name
	}
	return domain + `\` + name
}

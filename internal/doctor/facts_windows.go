package doctor

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/go-safe/go-safe/envfix"
	"github.com/go-safe/go-safe/internal/acl"
	"github.com/go-safe/go-safe/internal/fsinfo"
	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/registry"
)

// readWindows reads the facts. What cannot be read stays unknown.
func readWindows(m *Machine) windowsFacts {
	var f windowsFacts
	for _, name := range []string{"GOCACHE", "GOMODCACHE", envfix.TempName} {
		_, dir := m.directory(name)
		if !filepath.IsAbs(dir) {
			continue
		}
		f.folders = append(f.folders, windowsFolder{name, dir, fileSystemOf(dir), indexed(dir)})
	}
	const (
		defender  = `SOFTWARE\Microsoft\Windows Defender`
		guard     = defender + `\Windows Defender Exploit Guard\Controlled Folder Access`
		developer = `SOFTWARE\Microsoft\Windows\CurrentVersion\AppModelUnlock`
	)
	f.realTime = disabled(defender+`\Real-Time Protection`, "DisableRealtimeMonitoring")
	f.exclusions, f.exclusionsKnown = valueNames(defender + `\Exclusions\Paths`)
	f.folderAccess = enabled(guard, "EnableControlledFolderAccess")
	f.longPaths = enabled(`SYSTEM\CurrentControlSet\Control\FileSystem`, "LongPathsEnabled")
	f.developerMode = enabled(developer, "AllowDevelopmentWithoutDevLicense")
	f.guarded, f.oneDrive = m.userFolders()
	f.administrator = windows.GetCurrentProcessToken().IsElevated()
	var session uint32
	f.service = windows.ProcessIdToSessionId(uint32(os.Getpid()), &session) == nil && session == 0
	f.temp, f.system = m.Settings.Directory(envfix.TempName).Value, m.Settings.Getenv("SystemRoot")
	f.local, f.called = m.Settings.Getenv("LocalAppData"), m.Called
	netsh := filepath.Join(f.system, "System32", "netsh.exe")
	f.ports, _ = m.ask(f.system, m.Environ, netsh, "interface", "ipv4", "show", "excludedportrange", "protocol=tcp")
	return f
}

// userFolders returns the user's folders that Controlled Folder Access guards as it comes, and those that are
// synchronized.
func (m *Machine) userFolders() (guarded, synchronized []string) {
	for _, kv := range m.Environ {
		if name, dir, _ := strings.Cut(kv, "="); strings.HasPrefix(strings.ToLower(name), "onedrive") && dir != "" {
			synchronized = append(synchronized, dir)
		}
	}
	const key = `Software\Microsoft\Windows\CurrentVersion\Explorer\User Shell Folders`
	k, err := registry.OpenKey(registry.CURRENT_USER, key, registry.QUERY_VALUE)
	if err != nil {
		return nil, synchronized
	}
	defer k.Close()
	for _, name := range []string{"Personal", "Desktop", "My Pictures", "My Video", "My Music", "Favorites"} {
		dir, _, err := k.GetStringValue(name)
		if err != nil {
			continue
		}
		if dir, err = registry.ExpandString(dir); err == nil {
			guarded = append(guarded, dir)
		}
	}
	return guarded, synchronized
}

// enabled reads a setting that is on if its value is 1. Where the key is there without the value, it is off.
func enabled(key, value string) setting {
	n, known := number(key, value)
	switch {
	case !known:
		return unknown
	case n == 1:
		return on
	}
	return off
}

// disabled reads a setting that is off if its value is 1.
func disabled(key, value string) setting {
	n, known := number(key, value)
	switch {
	case !known:
		return unknown
	case n == 1:
		return off
	}
	return on
}

func number(key, value string) (n uint64, known bool) {
	k, err := registry.OpenKey(registry.LOCAL_MACHINE, key, registry.QUERY_VALUE|registry.WOW64_64KEY)
	if err != nil {
		return 0, false
	}
	defer k.Close()
	n, _, err = k.GetIntegerValue(value)
	return n, err == nil || errors.Is(err, registry.ErrNotExist)
}

// valueNames returns the names of all values of a key.
func valueNames(key string) (names []string, known bool) {
	k, err := registry.OpenKey(registry.LOCAL_MACHINE, key, registry.QUERY_VALUE|registry.WOW64_64KEY)
	if err != nil {
		return nil, false
	}
	defer k.Close()
	names, err = k.ReadValueNames(-1)
	return names, err == nil
}

// fileSystemOf returns the name of the file system of a directory, "" if nobody knows.
func fileSystemOf(dir string) string {
	volume, name := make([]uint16, windows.MAX_PATH+1), make([]uint16, windows.MAX_PATH+1)
	path, err := windows.UTF16PtrFromString(dir)
	if err != nil || windows.GetVolumePathName(path, &volume[0], uint32(len(volume))) != nil ||
		windows.GetVolumeInformation(&volume[0], nil, 0, nil, nil, nil, &name[0], uint32(len(name))) != nil {
		return ""
	}
	return windows.UTF16ToString(name)
}

// indexed reports whether a directory may be indexed.
func indexed(dir string) bool {
	path, err := windows.UTF16PtrFromString(dir)
	if err != nil {
		return false
	}
	attributes, err := windows.GetFileAttributes(path)
	return err == nil && attributes&windows.FILE_ATTRIBUTE_NOT_CONTENT_INDEXED == 0
}

// inheritanceOf makes the check of a cache's ACLs.
func inheritanceOf(name string) func(*Machine) Finding {
	return func(m *Machine) Finding {
		_, cache := m.directory(name)
		if !filepath.IsAbs(cache) || !fsinfo.IsDir(cache) {
			return ok(cache, "not there yet")
		}
		return lookAtACLs(cache, m.budget()).judge(m.safeFix(cache))
	}
}

// lookAtACLs looks at the entries of a cache until it finds one that is wrong, or until the end. It follows no link.
func lookAtACLs(cache string, end time.Time) inheritance {
	found := inheritance{cache: cache, user: acl.UserSID()}
	top, err := acl.DescriptorOfPath(cache)
	if err != nil {
		found.err = err
		return found
	}
	_, owners := acl.Parties()
	known := make(map[string]bool) // to ask may take long, where another machine knows the accounts
	for _, sid := range owners {
		known[sid] = true
	}
	found.err = filepath.WalkDir(cache, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.Type()&(fs.ModeSymlink|fs.ModeIrregular) != 0 || path == cache {
			return nil
		}
		if time.Now().After(end) {
			return filepath.SkipAll
		}
		found.seen++
		own, err := acl.DescriptorOfPath(path)
		if err != nil {
			return nil
		}
		if sid := own.Lacks(top, d.IsDir()); sid != "" {
			found.entry, found.lacks = path, acl.Account(sid)
			return filepath.SkipAll
		}
		if _, asked := known[own.Owner]; !asked {
			known[own.Owner] = acl.Known(own.Owner)
		}
		if found.gone == "" && !known[own.Owner] {
			found.entry, found.gone = path, own.Owner
		}
		return nil
	})
	return found
}

// rightsOn looks at who may write to a cache. It is not known where there is none, or no ACL.
func rightsOn(cache string) (r cacheRights, known bool) {
	d, err := acl.DescriptorOfPath(cache)
	if err != nil || d.Open || !filepath.IsAbs(cache) || fsinfo.Remote(cache) {
		return r, false
	}
	_, owners := acl.Parties()
	r = cacheRights{cache: cache, user: acl.UserSID()}
	if owner := d.Stranger(owners...); owner != "" {
		r.owner = acl.Account(owner)
	}
	for _, sid := range acl.Crowds() {
		if d.List.Allows([]string{sid}, acl.Write, func(e acl.ACE) bool { return e.Self }) {
			r.crowds = append(r.crowds, sid)
		}
	}
	return r, true
}

package doctor

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/go-safe/go-safe/envfix"
	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/registry"
)

// The settings are read where Windows keeps them. The test writes them, so it runs under Wine only.
func TestReadWindows(t *testing.T) {
	if windows.NewLazySystemDLL("ntdll.dll").NewProc("wine_get_version").Find() != nil {
		t.Skip("a real Windows, whose settings are not changed")
	}
	const defender = `SOFTWARE\Microsoft\Windows Defender`
	set := func(key, name string, value uint32) {
		t.Helper()
		k, _, err := registry.CreateKey(registry.LOCAL_MACHINE, key, registry.SET_VALUE|registry.WOW64_64KEY)
		if err != nil {
			t.Fatal(err)
		}
		defer k.Close()
		if err := k.SetDWordValue(name, value); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { registry.DeleteKey(registry.LOCAL_MACHINE, key) })
	}
	home := t.TempDir()
	environ := []string{
		"USERPROFILE=" + home, "LocalAppData=" + filepath.Join(home, "Local"), "TMP=" + home, "OneDrive=" + home,
		`SystemRoot=C:\windows`,
	}
	m := &Machine{Environ: environ, Settings: envfix.ReadSettings(environ, "", nil)}
	f := readWindows(m)
	if f.realTime != unknown || f.exclusionsKnown || f.folderAccess != unknown {
		t.Errorf("without keys: %+v", f)
	}
	if len(f.folders) != 3 || f.temp != home || f.system != `C:\windows` || !slices.Contains(f.oneDrive, home) ||
		f.folders[2].fileSystem == "" || !f.folders[2].indexed || len(f.guarded) == 0 || f.service {
		t.Errorf("%+v", f)
	}
	set(defender+`\Real-Time Protection`, "other", 1)
	set(defender+`\Exclusions\Paths`, `D:\caches`, 0)
	set(defender+`\Windows Defender Exploit Guard\Controlled Folder Access`, "EnableControlledFolderAccess", 1)
	set(`SOFTWARE\Microsoft\Windows\CurrentVersion\AppModelUnlock`, "AllowDevelopmentWithoutDevLicense", 1)
	f = readWindows(m)
	if f.realTime != on || !f.exclusionsKnown || !slices.Contains(f.exclusions, `D:\caches`) || f.folderAccess != on ||
		f.developerMode != on {
		t.Errorf("with keys: %+v", f)
	}
	set(defender+`\Real-Time Protection`, "DisableRealtimeMonitoring", 1)
	if f = readWindows(m); f.realTime != off {
		t.Errorf("switched off: %+v", f)
	}
}

// Entries of a cache that have what it hands down are right, and one that lacks that is found.
func TestLookAtACLs(t *testing.T) {
	cache := t.TempDir()
	for _, name := range []string{"00", "01"} {
		dir := filepath.Join(cache, name)
		if err := os.Mkdir(dir, 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "a-d"), nil, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	end := time.Now().Add(time.Minute)
	if f := lookAtACLs(cache, end); f.seen != 4 || f.entry != "" || f.err != nil {
		t.Errorf("%+v", f)
	}
	// The cache is given to everybody, and what is in it does not get that: this call changes one list only.
	sd, err := windows.SecurityDescriptorFromString("D:(A;OICI;FA;;;SY)(A;OICI;0x1301bf;;;WD)(A;OICI;FA;;;OW)")
	if err != nil {
		t.Fatal(err)
	}
	path, _ := windows.UTF16PtrFromString(cache)
	h, err := windows.CreateFile(path, windows.WRITE_DAC, windows.FILE_SHARE_READ|windows.FILE_SHARE_WRITE, nil,
		windows.OPEN_EXISTING, windows.FILE_FLAG_BACKUP_SEMANTICS, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer windows.CloseHandle(h)
	if err := windows.SetKernelObjectSecurity(h, windows.DACL_SECURITY_INFORMATION, sd); err != nil {
		t.Fatal(err)
	}
	f := lookAtACLs(cache, end)
	if f.entry != filepath.Join(cache, "00") || f.lacks == "" || f.judge("").Status != Broken {
		t.Errorf("%+v", f)
	}
}

// Who owns a cache and whether everybody may write to it is read from its descriptor.
func TestRightsOn(t *testing.T) {
	dir := t.TempDir()
	if r, known := rightsOn(dir); !known || r.owner != "" || len(r.crowds) > 0 || r.user == "" {
		t.Errorf("ours: %+v, %t", r, known)
	}
	if _, known := rightsOn(filepath.Join(dir, "missing")); known {
		t.Error("a missing cache is known")
	}
	theirs := os.Getenv("GOSAFE_WINE_STRANGER")
	if theirs == "" {
		t.Skip("needs GOSAFE_WINE_STRANGER, a folder of another user that is open to everybody")
	}
	if r, known := rightsOn(theirs); !known || r.owner == "" || !slices.Contains(r.crowds, "S-1-1-0") {
		t.Errorf("another user's: %+v, %t", r, known)
	}
}

package doctor

import (
	"strings"
	"testing"

	"github.com/go-safe/go-safe/internal/shell"
)

const (
	userLocal = `C:\Users\x\AppData\Local`
	excluded  = `C:\Users\x\AppData\Local\go-build`
)

// A laptop as Windows 11 comes: Defender and no exclusions that a user can see, no developer mode, OneDrive for
// documents.
func laptop() windowsFacts {
	return windowsFacts{
		folders: []windowsFolder{
			{"GOCACHE", userLocal + `\go-build`, "NTFS", true},
			{"GOMODCACHE", `C:\Users\x\go\pkg\mod`, "NTFS", true},
			{"TMP", userLocal + `\Temp`, "NTFS", true},
		},
		realTime: on, folderAccess: off, longPaths: off, developerMode: off,
		guarded:  []string{`C:\Users\x\OneDrive\Documents`, `C:\Users\x\OneDrive\Desktop`, `C:\Users\x\Music`},
		oneDrive: []string{`C:\Users\x\OneDrive`, `C:\Users\x\OneDrive`},
		temp:     userLocal + `\Temp`, local: userLocal, system: `C:\WINDOWS`, called: "go",
		ports: recordedPorts,
	}
}

// The form in which netsh prints, as reports show it for a machine with Hyper-V.
const recordedPorts = `
Protocol tcp Port Exclusion Ranges

Start Port    End Port
----------    --------
      5357        5357
     49674       49773
     50000       50059     *

* - Administered port exclusions.

`

// The same in another language, without any.
const noPorts = "\nPortausschlussbereiche für das Protokoll \"tcp\"\n\nStartport      Endport\n" +
	"----------    --------\n\n* - Verwaltete Portausschlüsse.\n"

func TestWindowsChecks(t *testing.T) {
	with := func(change func(*windowsFacts)) windowsFacts {
		f := laptop()
		change(&f)
		return f
	}
	server := windowsFacts{ // a service of an old server, which has no key of Defender that it may read
		folders: []windowsFolder{
			{"GOCACHE", `C:\Windows\System32\config\systemprofile\AppData\Local\go-build`, "NTFS", true},
			{"GOMODCACHE", `D:\` + strings.Repeat("long", 26), "NTFS", false},
		},
		service: true, temp: `C:\Windows\TEMP`, system: `C:\Windows`, administrator: true,
	}
	inProfile := func(dir string) windowsFacts {
		return with(func(f *windowsFacts) { f.folders[1].dir = dir })
	}
	for _, tt := range []struct {
		name   string
		judge  func(windowsFacts) Finding
		facts  windowsFacts
		status Status
		words  string // in what was found
		advice string // in what to do
	}{
		{"as it comes", defender, laptop(), OK, "GOCACHE, GOMODCACHE, TMP, if no exclusion",
			`ExclusionPath '` + excluded + `','C:\Users\x\go\pkg\mod'`},
		{"excluded", defender, with(func(f *windowsFacts) {
			f.exclusionsKnown = true
			f.exclusions = []string{`c:\users\X\appdata\local\`, `C:\Users\x\go`}
		}), OK, "alone", ""},
		{"one excluded, one with a longer name", defender, with(func(f *windowsFacts) {
			f.exclusionsKnown, f.exclusions = true, []string{`C:\Users\x\go\pkg\m`, userLocal}
		}), OK, "opened in GOMODCACHE", `'C:\Users\x\go\pkg\mod'`},
		{"a Dev Drive", defender, with(func(f *windowsFacts) {
			for i := range f.folders {
				f.folders[i].fileSystem = "ReFS"
			}
		}), OK, "alone", ""},
		{"off", defender, with(func(f *windowsFacts) { f.realTime = off }), OK, "does not scan", ""},
		{"another antivirus program", defender, server, Skipped, "does not say", ""},

		{"off", folderAccess, laptop(), OK, "is off", ""},
		{"on, and nothing of go there", folderAccess, with(func(f *windowsFacts) { f.folderAccess = on }), OK,
			"no folder", ""},
		{"on, with a GOMODCACHE in Music", folderAccess, with(func(f *windowsFacts) {
			f.folderAccess, f.folders[1].dir = on, `c:\users\x\music\mod`
		}), Warning, `guards c:\users\x\music\mod (GOMODCACHE)`, "AllowedApplications (Get-Command go).Source"},
		{"unknown", folderAccess, server, Skipped, "does not say", ""},

		{"not there", oneDrive, laptop(), OK, "no folder", ""},
		{"in it", oneDrive, inProfile(`C:\Users\x\OneDrive\go\pkg\mod`), Warning, `synchronized: C:\Users\x\OneDrive`,
			"go env -w " + shell.Quote(`GOMODCACHE=`+userLocal+`\gomodcache`)},
		{"beside it", oneDrive, inProfile(`C:\Users\x\OneDrive2\mod`), OK, "", ""},

		{"modules only", searchIndex, laptop(), OK, "may index GOMODCACHE",
			"attrib +I " + shell.Quote(`C:\Users\x\go\pkg\mod`)},
		{"not indexed", searchIndex, with(func(f *windowsFacts) { f.folders[1].indexed = false }), OK, "alone", ""},

		{"short", longPaths, laptop(), OK, "is 0", ""},
		{"enabled", longPaths, with(func(f *windowsFacts) { f.longPaths = on }), OK, "is 1", ""},
		{"long", longPaths, server, Warning, "107 characters", "core.longpaths true"},

		{"an ordinary user", symlinks, laptop(), OK, "cannot be made", "developer mode"},
		{"developer mode", symlinks, with(func(f *windowsFacts) { f.developerMode = on }), OK, "everybody", ""},
		{"an administrator", symlinks, server, OK, "administrator", ""},

		{"a user", serviceTemp, laptop(), OK, "", ""},
		{"a service", serviceTemp, server, Warning, "this service", "TEMP of its own"},
		{"a service with its own", serviceTemp, with(func(f *windowsFacts) { f.service = true }), OK, "", ""},

		{"Hyper-V", reservedPorts, laptop(), OK, "161 of them are reserved in 3 ranges",
			"5357-5357, 49674-49773, 50000-50059"},
		{"none", reservedPorts, with(func(f *windowsFacts) { f.ports = noPorts }), OK, "not reserved", ""},
		{"no netsh", reservedPorts, server, Skipped, "netsh does not say", ""},

		{"none", wslPaths, laptop(), OK, "no folder", ""},
		{"by the old name", wslPaths, inProfile(`\\wsl$\Debian\home\x\mod`), Warning, "is in WSL (GOMODCACHE)",
			"go in WSL"},
		{"by the new name", wslPaths, inProfile(`\\WSL.localhost\Debian\mod`), Warning, "is in WSL", "go in WSL"},
	} {
		f := tt.judge(tt.facts)
		advice := f.Advice + strings.Join(f.Details, "\n")
		if f.Status != tt.status || !strings.Contains(f.Found, tt.words) || !strings.Contains(advice, tt.advice) ||
			tt.advice == "" && advice != "" {
			t.Errorf("%s, %s: %s: %s; %s", f.Looked, tt.name, f.Status, f.Found, advice)
		}
		for _, word := range []string{"DisableRealtime", "Set-MpPreference -Disable", "sudo", "export", "chmod"} {
			if strings.Contains(f.Found+advice, word) {
				t.Errorf("%s, %s: says %s", f.Looked, tt.name, word)
			}
		}
	}
}

func TestInheritance(t *testing.T) {
	const user = "S-1-5-21-1-2-3-1002"
	const fix = `go safe fix 'D:\mod'`
	for name, tt := range map[string]struct {
		found  inheritance
		status Status
		words  string
		advice string
	}{
		"all inherits": {inheritance{cache: `D:\mod`, seen: 3}, OK, "3 entries", ""},
		"moved in": {
			inheritance{cache: `D:\mod`, entry: `D:\mod\a`, lacks: `PC\devs`}, Broken,
			`does not give PC\devs the rights`, fix,
		},
		"an owner who is gone": {
			inheritance{cache: `D:\mod`, entry: `D:\mod\a`, gone: "S-1-5-21-1-2-3-1001", user: user}, Warning,
			"no account that this machine knows",
			`/setowner "*` + user + `" /T`,
		},
		"both": {
			inheritance{cache: `D:\mod`, entry: `D:\mod\a`, lacks: "x", gone: "S-1-5-21-1-2-3-1001"}, Broken,
			"give x", fix,
		},
	} {
		f := tt.found.judge(fix)
		if f.Status != tt.status || !strings.Contains(f.Found, tt.words) ||
			!strings.Contains(f.Advice+strings.Join(f.Details, ""), tt.advice) {
			t.Errorf("%s: %+v", name, f)
		}
	}
}

func TestCacheRights(t *testing.T) {
	const user = "S-1-5-21-1-2-3-1001"
	for name, tt := range map[string]struct {
		found  cacheRights
		words  string
		advice string
	}{
		"ours": {cacheRights{cache: `D:\c`, user: user}, "", ""},
		"another user's": {
			cacheRights{cache: `D:\c`, user: user, owner: `PC\bob`, crowds: []string{"S-1-1-0"}}, `PC\bob, who decides`, "",
		},
		"on a second drive": {
			cacheRights{cache: `D:\a b`, user: user, crowds: []string{"S-1-5-11", "S-1-5-32-545"}}, "by everybody",
			"icacls " + shell.Quote(`D:\a b`) + ` /inheritance:d /grant:r "*` + user +
				`:(OI)(CI)F" /remove:g "*S-1-5-11" "*S-1-5-32-545"`,
		},
	} {
		f := tt.found.judge()
		if (f.Status == OK) != (tt.words == "") || !strings.Contains(f.Found, tt.words) || f.Advice != tt.advice {
			t.Errorf("%s: %+v", name, f)
		}
	}
}

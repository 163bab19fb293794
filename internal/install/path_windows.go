package install

import (
	"cmp"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unsafe"

	"github.com/go-safe/go-safe/internal/fsinfo"
	"github.com/go-safe/go-safe/internal/shell"
	"github.com/go-safe/go-safe/shim"
	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/registry"
)

// imageDir is empty: there are no images.
const imageDir = ""

func (i *installer) finishImage() error { return nil }

// homeVariable names the folder of this user's programs.
const homeVariable = "LOCALAPPDATA"

func (i *installer) userDir() string { return filepath.Join(i.home, "Programs", "go-safe") }

func (i *installer) systemDir() string {
	return filepath.Join(cmp.Or(i.getenv("ProgramFiles"), `C:\Program Files`), "go-safe")
}

// openPath opens the key that has the PATH of the system, or of this user.
func openPath(system bool, access uint32) (registry.Key, error) {
	if system {
		const key = `SYSTEM\CurrentControlSet\Control\Session Manager\Environment`
		return registry.OpenKey(registry.LOCAL_MACHINE, key, access)
	}
	key, _, err := registry.CreateKey(registry.CURRENT_USER, "Environment", access)
	return key, err
}

// readPath reads a PATH. Plain reports whether Windows does not replace %NAME% in it.
func readPath(key registry.Key) (p pathList, plain bool, err error) {
	text, kind, err := key.GetStringValue("Path")
	if errors.Is(err, registry.ErrNotExist) {
		err = nil
	}
	expand := func(s string) string {
		if long, err := registry.ExpandString(s); err == nil {
			return long
		}
		return s
	}
	return pathList{text, expand}, kind == registry.SZ, err
}

// changePath changes the PATH of the system or of this user, and tells the programs that run.
func changePath(system bool, change func(pathList) string) (changed bool, err error) {
	key, err := openPath(system, registry.QUERY_VALUE|registry.SET_VALUE)
	if err != nil {
		return false, err
	}
	defer key.Close()
	p, plain, err := readPath(key)
	if err != nil {
		return false, err
	}
	text := change(p)
	if text == p.text {
		return false, nil
	}
	set := key.SetExpandStringValue
	if plain {
		set = key.SetStringValue
	}
	if err := set("Path", text); err != nil {
		return false, err
	}
	broadcast()
	return true, nil
}

// broadcast tells all windows that the environment has changed, as the control panel does. The Explorer then starts
// programs with the new PATH.
func broadcast() {
	const (
		everyWindow   = 0xffff
		settingChange = 0x1a // WM_SETTINGCHANGE
		abortIfHung   = 2    // SMTO_ABORTIFHUNG
		milliseconds  = 5000
	)
	what, err := windows.UTF16PtrFromString("Environment")
	if err != nil {
		return
	}
	send := windows.NewLazySystemDLL("user32.dll").NewProc("SendMessageTimeoutW")
	if send.Find() == nil {
		send.Call(everyWindow, settingChange, 0, uintptr(unsafe.Pointer(what)), abortIfHung, milliseconds, 0)
	}
}

// putFirst puts the folder first on PATH, where that of the user or of the system is kept. No start-up file could.
func (i *installer) putFirst() {
	if !i.RC {
		return
	}
	changed, err := changePath(i.System, func(p pathList) string { return p.withFirst(i.dir) })
	switch {
	case err != nil:
		i.Say.Line("cannot change %s: %v", i.which(), fsinfo.Reason(err))
	case changed:
		i.Say.Line("changed %s", i.which())
	}
}

func (i *installer) which() string {
	if i.System {
		return "PATH of the system"
	}
	return "PATH of this user"
}

// putBack removes the folder from PATH, and the folder itself if it was made for go-safe and is empty.
func (i *installer) putBack() error {
	changed, err := changePath(i.System, func(p pathList) string { return p.without(i.dir) })
	if changed {
		i.Say.Line("changed %s", i.which())
	}
	if i.Prefix == "" {
		os.Remove(i.dir)
	}
	return err
}

// check looks which go comes first, in a new window and in this one, and says what the user has to do. It returns the
// exit status.
func (i *installer) check(fresh bool) int {
	var folders []string
	for _, system := range []bool{true, false} { // Windows puts the PATH of the user behind that of the system
		if key, err := openPath(system, registry.QUERY_VALUE); err == nil {
			p, _, _ := readPath(key)
			key.Close()
			folders = append(folders, p.folders()...)
		}
	}
	there := shim.Search{Path: strings.Join(folders, ";")}.All()
	here := shim.Search{Path: i.getenv("PATH")}.All()
	switch {
	case !i.onPath(folders) && !i.RC:
		i.Say.Line("in a new window, %s is not on PATH; to put it there, run:", i.dir)
		i.next(i.again("--rc"))
		return NotFirst
	case len(there) == 0:
		i.Say.Line("in a new window, %s is not on PATH", i.dir)
		return NotFirst
	case !there[0].Self && !i.RC:
		i.Say.Line("in a new window, %s comes before it; run:", there[0].Path)
		i.next(i.again("--rc"))
		return NotFirst
	case !there[0].Self && i.System:
		i.Say.Line("in a new window, %s comes before it", there[0].Path)
		return NotFirst
	case !there[0].Self:
		i.Say.Line("in a new window, %s comes before it, because its folder is on the PATH of the system", there[0].Path)
		i.Say.Line("run this as an administrator:")
		i.next(i.asAdministrator())
		return NotFirst
	case len(here) == 0 || !here[0].Self:
		i.Say.Line("open a new window of your terminal")
	}
	return Done
}

// asAdministrator returns the line of PowerShell that installs for all users.
func (i *installer) asAdministrator() string {
	return i.installed("--system --rc")
}

// again returns the line that does with another flag what was done now.
func (i *installer) again(flag string) string {
	switch {
	case i.System:
		return i.installed("--system " + flag)
	case i.Prefix != "":
		return i.installed("--prefix " + shell.Quote(filepath.Dir(i.dir)) + " " + flag)
	}
	return i.installed(flag)
}

// installed returns the line in which the program that is installed now installs itself.
func (i *installer) installed(flags string) string {
	return shell.Program(filepath.Join(i.dir, selfName)) + " safe install " + flags
}

// onPath reports whether the folder to install in is among folders.
func (i *installer) onPath(folders []string) bool {
	list := pathList{expand: func(dir string) string { return dir }}
	return slices.ContainsFunc(folders, func(dir string) bool { return list.same(dir, i.dir) })
}

// forget says nothing: the shells of Windows do not remember where a program was.
func (i *installer) forget(string) {}

package proc

import (
	"errors"
	"io/fs"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"
)

// A Process is one of those that run, whoever's it is.
type Process struct {
	PID     int
	Created int64 // when it was started, in hundreds of nanoseconds; no other process has the same two numbers
}

// Running returns the processes that run.
func Running() (list []Process) {
	for pid, p := range look() {
		list = append(list, Process{pid, p.created})
	}
	return list
}

// look asks the system for all processes. It is empty if the system does not answer.
func look() snapshot {
	s := make(snapshot)
	size := uint32(256 << 10)
	for range 10 {
		buf := make([]uint64, size/8)
		err := windows.NtQuerySystemInformation(windows.SystemProcessInformation, unsafe.Pointer(&buf[0]), size, &size)
		if errors.Is(err, windows.STATUS_INFO_LENGTH_MISMATCH) || errors.Is(err, windows.STATUS_BUFFER_TOO_SMALL) {
			size = (size + 64<<10) &^ 7 // more may have been started meanwhile
			continue
		}
		if err != nil {
			return s
		}
		at := unsafe.Pointer(&buf[0])
		for {
			p := (*windows.SYSTEM_PROCESS_INFORMATION)(at)
			s[int(p.UniqueProcessID)] = seen{int(p.InheritedFromUniqueProcessID), p.CreateTime, p.ImageName.String()}
			if p.NextEntryOffset == 0 {
				return s
			}
			at = unsafe.Add(at, p.NextEntryOffset)
		}
	}
	return s
}

// These return functions that tell parents and children from one look.
func parentNow() func(int) int     { return look().parent }
func childrenNow() func(int) []int { return look().children }

func parent(pid int) int  { return look().parent(pid) }
func name(pid int) string { return look()[pid].name }

func ended(pid int) bool {
	_, runs := look()[pid]
	return !runs
}

// args asks for the command line, and cuts it as programs in C and Go do. Of processes of other users Windows tells
// only the name of the program, except to administrators.
func args(pid int) []string {
	if line := commandLine(pid); line != "" {
		if args, err := windows.DecomposeCommandLine(line); err == nil {
			return args
		}
	}
	if name := name(pid); name != "" {
		return []string{name}
	}
	return nil
}

// commandLine returns the command line of a process, "" where it is hidden. It is in the memory of the process: what
// asks the system for it (ProcessCommandLineInformation) is not in Wine 8, where all of this is tested.
func commandLine(pid int) string {
	h, err := windows.OpenProcess(windows.PROCESS_QUERY_INFORMATION|windows.PROCESS_VM_READ, false, uint32(pid))
	if err != nil {
		return ""
	}
	defer windows.CloseHandle(h)
	var basic windows.PROCESS_BASIC_INFORMATION
	err = windows.NtQueryInformationProcess(h, windows.ProcessBasicInformation, unsafe.Pointer(&basic),
		uint32(unsafe.Sizeof(basic)), nil)
	if err != nil {
		return ""
	}
	read := func(at uintptr, to unsafe.Pointer, size uintptr) bool {
		return size > 0 && windows.ReadProcessMemory(h, at, (*byte)(to), size, nil) == nil
	}
	const pointer = unsafe.Sizeof(uintptr(0))
	block := uintptr(unsafe.Pointer(basic.PebBaseAddress))
	var parameters, text uintptr // addresses in the other process
	var length uint16
	if !read(block+unsafe.Offsetof(windows.PEB{}.ProcessParameters), unsafe.Pointer(&parameters), pointer) {
		return ""
	}
	line := parameters + unsafe.Offsetof(windows.RTL_USER_PROCESS_PARAMETERS{}.CommandLine)
	if !read(line, unsafe.Pointer(&length), unsafe.Sizeof(length)) ||
		!read(line+unsafe.Offsetof(windows.NTUnicodeString{}.Buffer), unsafe.Pointer(&text), pointer) {
		return ""
	}
	characters := make([]uint16, length/2+1)
	if !read(text, unsafe.Pointer(&characters[0]), uintptr(length)) {
		return ""
	}
	return windows.UTF16ToString(characters)
}

// idsOf returns the SIDs that the system goes by. It tells them of processes of this user, and administrators of all.
func idsOf(pid int) (IDs, error) {
	ids := IDs{UID: -1}
	h, err := windows.OpenProcess(windows.PROCESS_QUERY_LIMITED_INFORMATION, false, uint32(pid))
	if err != nil {
		if ended(pid) {
			err = fs.ErrNotExist
		}
		return ids, err
	}
	defer windows.CloseHandle(h)
	var token windows.Token
	if err := windows.OpenProcessToken(h, windows.TOKEN_QUERY, &token); err != nil {
		return ids, err
	}
	defer token.Close()
	ids.SIDs, err = sidsOf(token)
	return ids, err
}

// sidsOf returns the SIDs of a token's user and of the groups that count.
func sidsOf(token windows.Token) (sids []string, err error) {
	user, err := token.GetTokenUser()
	if err != nil {
		return nil, err
	}
	groups, err := token.GetTokenGroups()
	if err != nil {
		return nil, err
	}
	sids = []string{user.User.Sid.String()}
	for _, g := range groups.AllGroups() {
		if g.Attributes&windows.SE_GROUP_ENABLED != 0 {
			sids = append(sids, g.Sid.String())
		}
	}
	return sids, nil
}

func started(pid int) time.Time {
	p, ok := look()[pid]
	if !ok || p.created == 0 {
		return time.Time{}
	}
	created := windows.Filetime{LowDateTime: uint32(p.created), HighDateTime: uint32(p.created >> 32)}
	return time.Unix(0, created.Nanoseconds())
}

// executable is not looked at: only Linux asks for it.
func executable(int) string { return "" }

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

// parentNow returns a function that tells parents from one look.
func parentNow() func(int) int { return look().parent }

func parent(pid int) int  { return look().parent(pid) }
func name(pid int) string { return look()[pid].name }

func ended(pid int) bool {
	_, runs := look()[pid]
	return !runs
}

// args returns only the name of the program: its command line is in its memory.
func args(pid int) []string {
	if name := name(pid); name != "" {
		return []string{name}
	}
	return nil
}

func idsOf(pid int) (IDs, error) {
	if ended(pid) {
		return IDs{UID: -1}, fs.ErrNotExist
	}
	return IDs{UID: -1}, errors.ErrUnsupported
}

func started(pid int) time.Time {
	p, ok := look()[pid]
	if !ok || p.created == 0 {
		return time.Time{}
	}
	created := windows.Filetime{LowDateTime: uint32(p.created), HighDateTime: uint32(p.created >> 32)}
	return time.Unix(0, created.Nanoseconds())
}

// The rest is not looked at: what a process runs, and with which arguments, is in its memory.

func children(int) []int    { return nil }
func executable(int) string { return "" }
func goroot(int) string     { return "" }

func seesOurs() bool { return false }

func inTree(int, string) bool { return false }

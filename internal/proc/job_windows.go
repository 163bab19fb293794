package proc

import (
	"errors"
	"unsafe"

	"golang.org/x/sys/windows"
)

// A jobObject holds processes. The system ends them when the last handle of it is closed, also because this process is
// killed.
type jobObject windows.Handle

// newJob returns a job with one process in it. The flags say what becomes of the children of that process. The zero
// jobObject says that there is none. The process does not wait for it: suspended, it would hang for ever if we were
// killed before its start.
func newJob(pid int, flags uint32) jobObject {
	job, err := windows.CreateJobObject(nil, nil)
	if err != nil {
		return 0
	}
	limits := windows.JOBOBJECT_EXTENDED_LIMIT_INFORMATION{
		BasicLimitInformation: windows.JOBOBJECT_BASIC_LIMIT_INFORMATION{
			LimitFlags: windows.JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE | flags,
		},
	}
	_, err = windows.SetInformationJobObject(job, windows.JobObjectExtendedLimitInformation,
		uintptr(unsafe.Pointer(&limits)), uint32(unsafe.Sizeof(limits)))
	if err == nil {
		err = assign(job, pid)
	}
	if err != nil {
		windows.CloseHandle(job)
		return 0
	}
	return jobObject(job)
}

// assign puts a process into a job.
func assign(job windows.Handle, pid int) error {
	process, err := windows.OpenProcess(windows.PROCESS_SET_QUOTA|windows.PROCESS_TERMINATE, false, uint32(pid))
	if err != nil {
		return err
	}
	defer windows.CloseHandle(process)
	return windows.AssignProcessToJobObject(job, process)
}

// Tie lets the system end a child when this process ends, even if that is killed. The child's own children go on,
// as they do when plain go is killed. A child that has ended, or that the system lets into no job, is left as it is.
func Tie(pid int) {
	newJob(pid, windows.JOB_OBJECT_LIMIT_SILENT_BREAKAWAY_OK) // closed by our end
}

// NeedsElevation reports whether Windows did not start a program because that needs the rights of an administrator. It
// decides so by the program's manifest or its name.
func NeedsElevation(err error) bool { return errors.Is(err, windows.ERROR_ELEVATION_REQUIRED) }

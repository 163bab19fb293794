package envfix

import (
	"math"
	"os"

	"github.com/go-safe/go-safe/internal/fsinfo"
	"golang.org/x/sys/windows"
)

// thisUser names the user in messages.
func thisUser() string {
	return os.Getenv("USERNAME")
}

// fileReadable and fileWritable are fsinfo.Readable and Writable for files.
func fileReadable(file string) bool { return fsinfo.Opens(file, windows.FILE_READ_DATA) }
func fileWritable(file string) bool { return fsinfo.Opens(file, windows.FILE_WRITE_DATA) }

// volumeOf asks how much this user may still write, which a quota may limit. A volume of Windows counts no files, and
// has no noexec.
func volumeOf(path string) volume {
	v := volume{bytes: math.MaxUint64, files: math.MaxUint64}
	name, err := windows.UTF16PtrFromString(path)
	var left uint64
	if err == nil && windows.GetDiskFreeSpaceEx(name, &left, nil, nil) == nil {
		v.bytes = left
	}
	return v
}

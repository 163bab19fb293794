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

// volumeOf reports no limits.
func volumeOf(path string) volume {
	return volume{bytes: math.MaxUint64, files: math.MaxUint64}
}

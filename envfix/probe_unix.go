//go:build unix

package envfix

import (
	"fmt"
	"os"

	"github.com/go-safe/go-safe/internal/fsinfo"
	"golang.org/x/sys/unix"
)

// thisUser names the effective user in messages. It prints the number: a name would cost a look-up, and many uids
// have none.
func thisUser() string {
	return fmt.Sprintf("uid %d", os.Geteuid())
}

// fileReadable and fileWritable are fsinfo.Readable and Writable for files.
func fileReadable(file string) bool { return fsinfo.Allowed(file, unix.R_OK) }
func fileWritable(file string) bool {
	allowed := fsinfo.Allowed(file, unix.W_OK)
	if !allowed || !fsinfo.Confined() {
		return allowed
	}
	f, err := os.OpenFile(file, os.O_WRONLY, 0)
	if err == nil {
		f.Close()
	}
	return err == nil
}

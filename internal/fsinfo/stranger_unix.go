//go:build unix

package fsinfo

import (
	"io/fs"
	"os"
	"strconv"
)

func ours(_ string, fi fs.FileInfo) bool { return Owner(fi) == os.Geteuid() }

func strangerOf(_ string, fi fs.FileInfo) string {
	if uid := Owner(fi); uid > 0 && uid != os.Geteuid() {
		return "uid " + strconv.Itoa(uid)
	}
	return ""
}

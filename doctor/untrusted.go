package doctor

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/go-safe/go-safe/envfix"
	"github.com/go-safe/go-safe/internal/fsinfo"
)

// untrusted returns why root does not run a program: another user could have put it there, or decides what is in one
// of the directories in which the program looks for settings. For others than root it returns nil.
func untrusted(program string, settings ...string) error {
	if os.Geteuid() != 0 {
		return nil
	}
	for _, dir := range settings {
		if err := fsinfo.Keeps(dir); filepath.IsAbs(dir) && err != nil {
			return err
		}
	}
	for range 40 { // links, as the kernel
		if err := fsinfo.Keeps(filepath.Dir(program)); err != nil {
			return err
		}
		fi, err := os.Lstat(program)
		if err != nil {
			return err
		}
		if fi.Mode()&fs.ModeSymlink == 0 {
			if uid := envfix.Owner(fi); uid != 0 || fi.Mode()&0o022 != 0 {
				return fmt.Errorf("%s belongs to uid %d and has mode %04o", program, uid, fi.Mode().Perm())
			}
			return nil
		}
		to, err := os.Readlink(program)
		if err != nil {
			return err
		}
		if !filepath.IsAbs(to) {
			to = filepath.Join(filepath.Dir(program), to)
		}
		program = to
	}
	return errors.New("too many links")
}

//go:build unix

package install

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/go-safe/go-safe/internal/fsinfo"
	"github.com/go-safe/go-safe/internal/login"
)

// profileFile is read by login shells of all users (sh, bash, and where /etc/zprofile says so zsh). The files there are
// read in the order of their names, and what comes last stands first on PATH.
const profileFile = "/etc/profile.d/zz-go-safe.sh"

// putFirst puts the folder first on PATH if the user asked for it. What cannot be changed is said, and check tells
// whether it matters.
func (i *installer) putFirst() {
	if !i.RC {
		return
	}
	if i.System {
		i.tell(profileFile, i.addBlock(profileFile, 0o644))
		return
	}
	for _, file := range i.startUpFiles() {
		i.tell(file, i.addBlock(file, 0))
	}
}

// startUpFiles returns the files that set PATH for the shell of this user. A login shell need not read what other
// interactive shells read, and the other way round.
func (i *installer) startUpFiles() []string {
	login := cmp.Or(i.shell.LoginFile(), filepath.Join(i.home, ".profile"))
	interactive := cmp.Or(i.shell.InteractiveFile(), login)
	return slices.Compact([]string{login, interactive})
}

// tell prints whether a start-up file was changed, and if not, why.
func (i *installer) tell(file string, err error) {
	switch {
	case err == nil:
		i.Say.Line("changed %s", file)
	case errors.Is(err, errNotRoots) && !i.Uninstall:
		sh := i.shell
		if i.System {
			sh = login.System()
		}
		i.Say.Line("cannot change %s: %v; if you trust it, add this line: %s", file, err, sh.PathLine(i.dir))
	case !errors.Is(err, errSame):
		i.Say.Line("cannot change %s: %v", file, fsinfo.Reason(err))
	}
}

// addBlock adds the block to a file, or makes the file with it. A mode that is not 0 is that of a new file, whatever
// the umask is.
func (i *installer) addBlock(file string, mode fs.FileMode) error {
	_, err := rewrite(startFile{path: file, make: true, mode: mode}, func(text string, made bool) string {
		return withBlock(text, file, i.dir, made)
	})
	return err
}

// putBack removes what putFirst has added.
func (i *installer) putBack() error {
	if i.Image {
		os.Remove(i.dir)
		os.Remove(filepath.Dir(i.dir))
	}
	if i.System || i.Image {
		switch removed, err := i.removeBlock(profileFile); {
		case removed:
			i.Say.Line("removed %s", profileFile)
		case err == nil:
			i.Say.Line("changed %s", profileFile)
		case !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, errSame):
			return fmt.Errorf("cannot change %s: %w", profileFile, fsinfo.Reason(err))
		}
		return nil
	}
	if i.home == "" || i.othersHome() {
		return nil
	}
	for _, file := range i.everyStartUpFile() {
		switch removed, err := i.removeBlock(file); {
		case removed:
			i.Say.Line("removed %s", file)
		case !errors.Is(err, fs.ErrNotExist):
			i.tell(file, err)
		}
	}
	return nil
}

// everyStartUpFile returns the files of all shells: the user may have had another one at the installation.
func (i *installer) everyStartUpFile() (files []string) {
	for _, name := range []string{".bash_profile", ".bash_login", ".profile", ".bashrc", ".zprofile", ".zshrc"} {
		files = append(files, filepath.Join(i.home, name))
	}
	for _, name := range []string{"zsh", "fish"} {
		sh := i.shell
		sh.Path = name
		files = append(files, sh.LoginFile(), sh.InteractiveFile())
	}
	slices.Sort(files)
	return slices.Compact(files)
}

// removeBlock removes the block for the folder from a file, and the file if it was made for that and has nothing else.
func (i *installer) removeBlock(file string) (removed bool, err error) {
	return rewrite(startFile{path: file}, func(text string, _ bool) string {
		rest, _ := withoutBlock(text, i.dir)
		return rest
	})
}

// Package install puts this program into a folder of PATH under the names go-safe and go, and removes it again.
//
// It replaces only what is go-safe, in one step. In a start-up file it changes only the lines between its own markers.
// As root it makes nothing where another user could lead it elsewhere, gives what it makes in the folder of another
// user to that user, and runs no program or start-up file of another user.
package install

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"unicode"

	"github.com/go-safe/go-safe/envfix"
	"github.com/go-safe/go-safe/internal/fsinfo"
	"github.com/go-safe/go-safe/internal/login"
	"github.com/go-safe/go-safe/internal/say"
	"github.com/go-safe/go-safe/internal/shell"
)

// A Request says what to do. Of Prefix, System and Image at most one is set.
type Request struct {
	Prefix    string // the folder is Prefix/bin
	System    bool   // it is that for all users
	Image     bool   // it is that of an image
	RC        bool   // put the folder first on PATH in start-up files
	Uninstall bool

	Environ []string
	Version string // of this program, in words
	NoGo    error  // why go-safe finds no go command; nil if it finds one
	Script  string // the command of the user, if that is a script that runs go-safe; else ""
	Stdout  io.Writer
	Say     say.Printer
}

// An installer does what is requested.
type installer struct {
	Request
	home  string // HOME; "" if there is no such directory
	shell login.Shell
	dir   string // the folder to install in
}

// Status values of Run.
const (
	Done     = 0
	NotFirst = 1 // installed, but another go comes first
)

// Run installs this program, or removes it. Standard output gets only the line that the user must run next, or nothing.
func Run(r Request) (status int, err error) {
	i := &installer{Request: r}
	i.shell = login.Find(i.getenv)
	if fsinfo.IsDir(i.getenv(homeVariable)) {
		i.home = i.getenv(homeVariable)
	}
	if i.dir, err = i.folder(); err != nil {
		return Done, err
	}
	if r.Uninstall {
		return Done, i.uninstall()
	}
	fresh, err := i.place()
	if err != nil {
		return Done, err
	}
	if r.Image {
		return Done, i.finishImage()
	}
	i.Say.Line("installed %s: %s", filepath.Join(i.dir, goName), r.Version)
	i.putFirst()
	if r.NoGo != nil {
		i.Say.Line("%v", r.NoGo)
	}
	return i.check(fresh), nil
}

// folder returns the folder to install in.
func (i *installer) folder() (dir string, err error) {
	forAll := i.System || i.Image
	switch {
	case i.Image && imageDir == "":
		return "", errors.New("--image is for images of Unix")
	case i.Image:
		dir = imageDir
	case i.System:
		dir = i.systemDir()
	case i.Prefix != "":
		if dir, err = filepath.Abs(i.Prefix); err != nil {
			return "", err
		}
		dir = filepath.Join(dir, "bin")
	case i.home == "":
		return "", i.noHome("; run: " + i.command("--prefix DIR"))
	default:
		dir = i.userDir()
	}
	switch {
	case i.RC && !forAll && i.home == "":
		return "", i.noHome(" with a start-up file that --rc could change")
	case !forAll && i.othersHome() && i.Prefix == "":
		// Through sudo, for one: root would make files in the folder of somebody else.
		return "", fmt.Errorf("%s is not root's; run this as its owner, or run: %s", i.home, i.command("--system"))
	case i.RC && !forAll && i.othersHome():
		return "", fmt.Errorf("the start-up files in %s are not root's; run this as their owner, or without --rc", i.home)
	case !forAll && hasControl(i.home):
		return "", fmt.Errorf("%s=%q has a control character in its name", homeVariable, i.home)
	case hasControl(dir):
		return "", fmt.Errorf("%q has a control character in its name", dir)
	case strings.ContainsRune(dir, os.PathListSeparator):
		return "", fmt.Errorf("%s cannot be on PATH, with a %q in its name", dir, os.PathListSeparator)
	}
	return dir, nil
}

// hasControl reports whether a name has a newline, which would end a line of a start-up file, or something like it.
func hasControl(name string) bool { return strings.ContainsFunc(name, unicode.IsControl) }

func (i *installer) noHome(words string) error {
	return fmt.Errorf("there is no home folder (%s=%s)%s", homeVariable, i.getenv(homeVariable), words)
}

// othersHome reports whether this is root in the home of another user.
func (i *installer) othersHome() bool {
	owner := fsinfo.OwnerOf(i.home)
	return os.Geteuid() == 0 && i.home != "" && owner > 0 && !fsinfo.Unmapped(owner)
}

// place puts the programs into the folder. Fresh reports whether there was no go before.
func (i *installer) place() (fresh bool, err error) {
	f, err := openFolder(i.dir, true)
	if err != nil {
		return false, i.cannotWrite(err)
	}
	defer f.close()
	for _, name := range []string{selfName, goName} {
		switch kind := f.kind(name); {
		case kind == foreign:
			return false, fmt.Errorf("%s is not go-safe and stays; remove it, or run: %s",
				filepath.Join(i.dir, name), i.command("--prefix DIR"))
		case name == goName:
			fresh = kind == missing
		}
	}
	err = f.put()
	var no *notRunnableError
	switch {
	case errors.As(err, &no):
		return false, fmt.Errorf("go-safe does not run in %s; nothing is installed: %w", i.dir, fsinfo.Reason(no.err))
	case err != nil:
		return false, i.cannotWrite(err)
	}
	return fresh, nil
}

// cannotWrite says what to run if the folder cannot be written to.
func (i *installer) cannotWrite(err error) error {
	var way *fsinfo.WayError
	if errors.As(err, &way) {
		return err
	}
	line := i.command("--prefix DIR")
	switch {
	case i.System && os.Geteuid() > 0:
		line = i.asRoot("--system")
	case i.System && runtime.GOOS == "windows":
		return fmt.Errorf("cannot write to %s: %w; run as an administrator: %s", i.dir, fsinfo.Reason(err),
			i.command("--system"))
	}
	return fmt.Errorf("cannot write to %s: %w; run: %s", i.dir, fsinfo.Reason(err), line)
}

// uninstall removes the programs, and what put their folder first on PATH.
func (i *installer) uninstall() error {
	found, err := i.removePrograms()
	if err != nil {
		return err
	}
	if err := i.putBack(); err != nil {
		return err
	}
	if !found {
		i.Say.Line("there is no go-safe in %s", i.dir)
		return nil
	}
	i.forget("if this shell has run it before, run:")
	return nil
}

// removePrograms removes what is go-safe. Found reports whether there was anything.
func (i *installer) removePrograms() (found bool, err error) {
	f, err := openFolder(i.dir, false)
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer f.close()
	for _, name := range []string{goName, selfName} {
		path := filepath.Join(i.dir, name)
		switch f.kind(name) {
		case missing:
		case foreign:
			i.Say.Line("%s is not go-safe and stays", path)
		case ours:
			if err := f.remove(name); err != nil {
				return found, err
			}
			i.Say.Line("removed %s", path)
			found = true
		}
	}
	f.sweep()
	return found, nil
}

// command returns the line by which the user calls the installer with other flags.
func (i *installer) command(flags string) string {
	if filepath.Ext(i.Script) == ".ps1" {
		// -System and not --system, as all scripts of PowerShell have them.
		words := strings.Fields(flags)
		for n, word := range words {
			if name, ok := strings.CutPrefix(word, "--"); ok {
				words[n] = "-" + strings.ToUpper(name[:1]) + name[1:]
			}
		}
		flags = strings.Join(words, " ")
	}
	if i.Script != "" {
		return i.Script + " " + flags
	}
	return shell.Self + " safe install " + flags
}

// asRoot returns the line that does so as root. sudo has a PATH of its own, so it names go-safe by its path.
func (i *installer) asRoot(flags string) string {
	if i.Script != "" {
		return "sudo " + i.Script + " " + flags
	}
	return "sudo " + say.UnderSudo() + " safe install " + flags
}

// next prints the line that the user must run next. It is the last one, and alone on standard output.
func (i *installer) next(line string) {
	fmt.Fprintln(i.Stdout, say.Runnable(line, i.Environ))
}

func (i *installer) getenv(name string) string { return envfix.Getenv(i.Environ, name) }

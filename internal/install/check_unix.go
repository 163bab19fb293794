//go:build unix

package install

import (
	"cmp"
	"errors"
	"path/filepath"
	"slices"
	"strings"

	"github.com/go-safe/go-safe/internal/fsinfo"
	"github.com/go-safe/go-safe/internal/login"
	"github.com/go-safe/go-safe/shim"
)

// A view is what a shell finds as go.
type view struct {
	path  string // PATH
	first string // the first go on it, "" for none
	ours  bool   // that is go-safe
	typed string // what the shell would run for go: a path, a function or an alias
	err   error  // why nothing is known
}

// look finds the first go on a PATH.
func look(path string) view {
	v := view{path: path}
	if all := (shim.Search{Path: path}).All(); len(all) > 0 {
		v.first, v.ours = all[0].Path, all[0].Self
	}
	return v
}

// has reports whether a folder is on the PATH.
func (v view) has(dir string) bool { return slices.Contains(filepath.SplitList(v.path), dir) }

// check looks which go comes first, in a new login shell and in this one, and says what the user has to run. It returns
// the exit status.
func (i *installer) check(fresh bool) int {
	shell := i.shell
	if i.System {
		shell = login.System() // root's own start-up files count for nobody else
	}
	there, here := askLogin(shell), look(i.getenv("PATH"))
	i.sayLogin(there)
	if i.System {
		return i.finishSystem(there, here, fresh)
	}
	return i.finishUser(there, here, fresh)
}

// askLogin asks a new login shell.
func askLogin(sh login.Shell) view {
	switch filepath.Base(sh.Path) {
	case "bash", "zsh", "fish", "dash", "ash", "ksh", "mksh", "sh":
	default:
		sh.Path = login.System().Path
	}
	if err := sh.Distrust(); err != nil {
		return view{err: err}
	}
	// Many set PATH for zsh in .zshrc, which only an interactive one reads. PATH is that of the programs below.
	answers, err := sh.Ask(filepath.Base(sh.Path) == "zsh", sh.AskForGo(), `/bin/sh -c 'echo "$PATH"'`)
	if err != nil {
		return view{err: err}
	}
	v := look(answers[1])
	v.typed = answers[0]
	return v
}

// sayLogin says what is wrong in a login shell.
func (i *installer) sayLogin(there view) {
	switch {
	case there.err != nil:
		i.Say.Line("cannot tell which go a login shell finds: %v", there.err)
	case there.ours:
	case !there.has(i.dir):
		i.Say.Line("in a login shell, %s is not on PATH%s", i.dir, isFound(there))
	default:
		i.Say.Line("in a login shell, %s comes before it, because of", there.first)
		i.blame(there.first)
	}
	if there.typed != "" && !filepath.IsAbs(there.typed) && !strings.Contains(there.typed, "go-safe") {
		i.Say.Line("in a login shell, go is a function or an alias, which comes before any program: %s", there.typed)
	}
}

func isFound(v view) string {
	if v.first == "" {
		return ""
	}
	return ", and " + v.first + " is found"
}

// finishUser says what the user has to run.
func (i *installer) finishUser(there, here view, fresh bool) int {
	line := i.shell.PathLine(i.dir)
	if !here.ours {
		i.sayHere(here)
	} else if there.ours {
		i.sayFirst(here, fresh)
		return Done
	}
	switch {
	case i.othersHome():
		i.Say.Line("for its owner: run this, and add it to the end of your start-up file:")
	case !there.ours && i.RC && here.ours:
		return NotFirst // the lines of --rc do not help, and sayLogin says why
	case !there.ours && i.RC:
		i.Say.Line("for this shell, run:")
	case !there.ours && here.ours:
		i.Say.Line("add this to the end of your start-up file, which --rc does for you:")
	case !there.ours:
		i.Say.Line("run this, and add it to the end of your start-up file, which --rc does for you:")
	case i.RC:
		i.Say.Line("open a new shell, or run:")
		i.next(line)
		return Done
	default:
		i.Say.Line("log in again, or run:")
	}
	i.next(line)
	return NotFirst
}

// finishSystem says what root has to run. What sudo has on PATH is not what users have, so it is not looked at.
func (i *installer) finishSystem(there, here view, fresh bool) int {
	bySudo := i.getenv("SUDO_UID") != ""
	switch {
	case !there.ours && i.RC:
		return NotFirst
	case !there.ours:
		i.Say.Line("to put %s first for all users, run:", i.dir)
		if bySudo {
			i.next(i.asRoot("--system --rc"))
		} else {
			i.next(i.command("--system --rc"))
		}
		return NotFirst
	case bySudo:
		i.sayFirst(view{first: filepath.Join(i.dir, goName)}, fresh)
	case here.ours:
		i.sayFirst(here, fresh)
	default:
		i.sayHere(here)
		i.Say.Line("open a new login shell, or run:")
		i.next(i.shell.PathLine(i.dir))
	}
	return Done
}

// sayHere says what is wrong in this shell. The start-up files cannot change that.
func (i *installer) sayHere(here view) {
	if here.has(i.dir) {
		i.Say.Line("in this shell, %s comes before it, because of", here.first)
		i.blame(here.first)
		return
	}
	i.Say.Line("in this shell, %s is not on PATH%s", i.dir, isFound(here))
}

// sayFirst is for when go-safe comes first here.
func (i *installer) sayFirst(here view, fresh bool) {
	switch {
	case here.first != filepath.Join(i.dir, goName):
		i.Say.Line("%s, which is go-safe too, comes before it", here.first)
	case fresh:
		i.forget("if this shell has run another go before, run:")
	}
}

// forget tells how a shell forgets where a program was. fish does not remember.
func (i *installer) forget(words string) {
	if filepath.Base(i.shell.Path) != "fish" {
		i.Say.Line("%s", words)
		i.next("hash -r")
	}
}

// imageDir comes first on PATH by an ENV line. In the official images of Go a volume often hides /go/bin, and
// /usr/local/bin comes after the real go.
const imageDir = "/opt/go-safe/bin"

// finishImage makes login shells find go-safe too: in most images /etc/profile sets PATH anew. It says what belongs in
// the Dockerfile, if that is not there yet.
func (i *installer) finishImage() error {
	if fsinfo.IsDir(filepath.Dir(profileFile)) {
		if err := i.addBlock(profileFile, 0o644); err != nil && !errors.Is(err, errSame) {
			return err
		}
	}
	if !look(i.getenv("PATH")).ours {
		i.Say.Line("add this line to the Dockerfile:")
		i.next("ENV PATH=" + i.dir + ":$PATH")
	}
	return nil
}

const homeVariable = "HOME"

func (i *installer) systemDir() string { return "/usr/local/bin" }

func (i *installer) userDir() string { return filepath.Join(i.home, ".local", "bin") }

// blame says which lines of start-up files put the folder of another go before ours: that which puts ours last; else
// those that put the other first; else, because ours may come later, those that put the other last.
func (i *installer) blame(other string) {
	files := startUpTexts(i.blamedFiles(), i.home)
	other = filepath.Dir(other)
	lines := cmp.Or(
		strings.Join(files.linesWith(i.dir, true), "\n"),
		strings.Join(files.linesWith(other, false), "\n"),
		strings.Join(files.linesWith(other, true), "\n"),
		"no start-up file: it was set where this shell was started",
	)
	for line := range strings.SplitSeq(lines, "\n") {
		i.Say.Line("  %s", line)
	}
}

// blamedFiles are the patterns of the files that may set PATH.
func (i *installer) blamedFiles() []string {
	files := []string{
		"/etc/environment", "/etc/paths", "/etc/paths.d/*", "/etc/profile", "/etc/profile.d/*.sh", "/etc/bash.bashrc",
		"/etc/bashrc", "/etc/zshenv", "/etc/zprofile", "/etc/zshrc", "/etc/zsh/*", "/etc/fish/config.fish",
	}
	if i.System || i.home == "" || i.othersHome() {
		return files
	}
	return append(append(files, filepath.Join(i.home, ".zshenv")), i.everyStartUpFile()...)
}

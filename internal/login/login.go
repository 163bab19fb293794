// Package login is the ground floor for the user's shell: which one it is, its start-up files, and what it answers
// when it is asked as at a login.
//
// The shell gets the environment of a login and no terminal. Root does not run a shell or a start-up file that another
// user could have written.
package login

import (
	"cmp"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/go-safe/go-safe/internal/fsinfo"
	"github.com/go-safe/go-safe/internal/proc"
	"github.com/go-safe/go-safe/internal/user"
)

// A Shell is the shell of a user.
type Shell struct {
	Path string // of the shell; "" if nobody can log in with it
	Home string // HOME

	zdotdir, config string // ZDOTDIR and XDG_CONFIG_HOME
	environ         []string
}

// Find returns the shell of this user: SHELL, which login(1) sets, else that of the passwd entry. Getenv looks up a
// variable of the environment.
func Find(getenv func(name string) string) Shell {
	s := Shell{Home: getenv("HOME"), zdotdir: getenv("ZDOTDIR"), config: getenv("XDG_CONFIG_HOME")}
	own, _ := user.Lookup(os.Geteuid())
	s.Path = cmp.Or(getenv("SHELL"), own.Shell)
	if name := filepath.Base(s.Path); !filepath.IsAbs(s.Path) || name == "nologin" || name == "false" {
		s.Path = ""
	}
	for name, value := range map[string]string{
		"HOME": s.Home, "USER": cmp.Or(getenv("USER"), own.Name), "LOGNAME": getenv("LOGNAME"), "LANG": getenv("LANG"),
	} {
		if value != "" {
			s.environ = append(s.environ, name+"="+value)
		}
	}
	return s
}

// A DistrustError says why root does not run the shell.
type DistrustError struct {
	Looked string // the variable and its value
	Owner  string // who put there what root would run; "" if that may have been several users
}

func (e *DistrustError) Error() string { return e.Looked + ": " + e.Why() }

// Why returns the reason, in words that follow Looked.
func (e *DistrustError) Why() string {
	if e.Owner == "" {
		return "others than root decide what is in it, and root does not run that"
	}
	return "belongs to " + e.Owner + ", and root does not run what " + e.Owner + " put there"
}

// Distrust returns a *DistrustError if this process is root, and another user decides what the shell runs, as with the
// HOME that sudo -E keeps, or with a start-up file that another user wrote.
func (s Shell) Distrust() error {
	if os.Geteuid() != 0 {
		return nil
	}
	if filepath.IsAbs(s.Home) && s.Home != os.DevNull && fsinfo.CheckOnlyRoot(s.Home) != nil {
		return distrust("HOME="+s.Home, s.Home)
	}
	if filepath.IsAbs(s.Path) && fsinfo.CheckWrittenByRoot(s.Path) != nil {
		return distrust("SHELL="+s.Path, s.Path)
	}
	for _, name := range startUpNames {
		file := filepath.Join(s.Home, name)
		trusts := fsinfo.CheckWrittenByRoot
		if fi, err := os.Lstat(file); err != nil {
			continue
		} else if fi.IsDir() {
			trusts = fsinfo.CheckOnlyRoot
		}
		if trusts(file) != nil {
			return distrust(file, file)
		}
	}
	return nil
}

// startUpNames are what shells read in a home at a login or in a terminal. The shell gets no ZDOTDIR and no
// XDG_CONFIG_HOME.
var startUpNames = [...]string{
	".profile", ".bash_profile", ".bash_login", ".bashrc", ".bash_logout", ".zshenv", ".zprofile", ".zshrc", ".zlogin",
	".cshrc", ".tcshrc", ".login", ".kshrc", ".mkshrc", ".config", ".config/fish", ".config/fish/conf.d",
	".config/fish/functions", ".config/fish/config.fish",
}

func distrust(looked, path string) *DistrustError {
	e := &DistrustError{Looked: looked}
	if fi, err := os.Stat(path); err == nil && fsinfo.Owner(fi) > 0 {
		e.Owner = user.Name(fsinfo.Owner(fi))
	}
	return e
}

// limit is how long a shell may take with its start-up files.
const limit = 10 * time.Second

// mark comes before each answer of a shell: start-up files may print, too.
const mark = "go-safe-answer:"

// Ask runs each of the commands in one shell as at a login, and returns what they print. An interactive shell also
// reads what it reads in a terminal. The commands are in the language of the shell.
func (s Shell) Ask(interactive bool, commands ...string) (answers []string, err error) {
	// All shells know a login shell by the dash, but not all know -l.
	return s.ask("-"+filepath.Base(s.Path), interactive, commands)
}

// AskTerminal does the same as in a new terminal, which starts an interactive shell without a login.
func (s Shell) AskTerminal(commands ...string) (answers []string, err error) {
	return s.ask(s.Path, true, commands)
}

func (s Shell) ask(name string, interactive bool, commands []string) (answers []string, err error) {
	flag := "-c"
	if interactive {
		flag = "-ic"
	}
	line := ""
	for _, command := range commands {
		line += "echo " + mark + "; " + command + "; "
	}
	out, err := s.run(name, flag, line)
	answers = strings.Split(out, mark)[1:]
	if len(answers) == len(commands) {
		for i := range answers {
			answers[i] = strings.TrimSpace(answers[i])
		}
		return answers, nil
	}
	if out = strings.TrimSpace(out); out != "" { // its last line is most often the complaint of a start-up file
		return nil, errors.New(out[strings.LastIndexByte(out, '\n')+1:])
	}
	return nil, cmp.Or(err, errors.New("no answer"))
}

// run runs the shell with the environment of login(1). It has no terminal; an interactive one would take it from us.
func (s Shell) run(name string, args ...string) (string, error) {
	environ := append([]string{"PATH=" + firstPath(), "TERM=dumb", "SHELL=" + s.Path}, s.environ...)
	dir := s.Home
	if !fsinfo.IsDir(dir) {
		dir = "/"
	}
	var out strings.Builder
	err := proc.Run(proc.Command{
		Path: s.Path, Name: name, Args: args, Dir: dir, Environ: environ, Stdout: &out,
		Deadline: time.Now().Add(limit),
	})
	if errors.Is(err, proc.ErrDeadline) {
		err = errors.New("no answer in " + limit.String())
	}
	return out.String(), err
}

// pathIn returns the PATH in the text of /etc/environment.
func pathIn(text, otherwise string) string {
	for line := range strings.Lines(text) {
		if value, ok := strings.CutPrefix(strings.TrimSpace(line), "PATH="); ok {
			otherwise = strings.Trim(value, `"'`)
		}
	}
	return otherwise
}

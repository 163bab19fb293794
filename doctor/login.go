package doctor

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/go-safe/go-safe/envfix"
	"github.com/go-safe/go-safe/internal/fsinfo"
	"github.com/go-safe/go-safe/internal/proc"
	"github.com/go-safe/go-safe/shim"
)

// LoginChecks returns the checks that run the user's start-up files.
func LoginChecks() []Check {
	return []Check{
		{"shim-login", whichGo, "what is started at login, over ssh and by an IDE runs plain go", shimLogin},
		{"shim-interactive", whichGo, "what is typed in a new terminal runs plain go", shimInteractive},
	}
}

// shellLimit is how long a shell may take with its start-up files.
const shellLimit = 10 * time.Second

// shellMark comes before what is asked for: start-up files may print, too.
const shellMark = "go-safe-doctor:"

func shimLogin(m *Machine) Finding {
	shell := m.shell()
	return m.inShell(shell, true, loginFile(m, shell))
}

func shimInteractive(m *Machine) Finding {
	shell := m.shell()
	return m.inShell(shell, false, interactiveFile(m, shell))
}

// shell is the user's login shell: SHELL, which login(1) sets, else that of passwd; "" where there is none to log in with.
func (m *Machine) shell() string {
	shell, _ := m.Settings.Getenv("SHELL")
	shell = cmp.Or(shell, envfix.PasswdShell())
	if name := filepath.Base(shell); !filepath.IsAbs(shell) || name == "nologin" || name == "false" {
		return ""
	}
	return shell
}

// inShell asks a shell which go it would run. The file is where that can be changed.
func (m *Machine) inShell(shell string, login bool, file string) Finding {
	if shell == "" {
		return ok("SHELL", "there is no shell to log in with")
	}
	if f, others := m.othersDecide(shell); others {
		return f
	}
	kind, argv := "interactive "+shell, []string{shell, "-ic"}
	if login {
		kind, argv = "login shell "+shell, []string{"-" + filepath.Base(shell), "-c"}
	}
	out, err := m.runShell(shell, append(argv, "echo "+shellMark+"; "+which(shell)))
	_, said, found := strings.Cut(out, shellMark)
	if !found {
		return Finding{Status: Unknown, Looked: kind, Found: "did not say which go it runs: " + complaint(strings.TrimSpace(out), cmp.Or(err, errors.New("no answer")))}
	}
	said = strings.TrimSpace(said)
	if g, self := m.wouldRun(said); self {
		return ok(kind, g)
	} else if said == "" {
		said = "there is no go on its PATH"
	} else {
		said += " comes before go-safe"
	}
	f := Finding{Status: Warning, Looked: kind, Found: said}
	dir, makes := m.shimFolder()
	if dir == "" || file == "" {
		return f
	}
	in, folder := envfix.LookAt("", filepath.Dir(file)), ""
	switch {
	case in.Access != "":
		f.Found += "; " + in.Path + " " + in.Access
		return f
	case !extensible(file):
		f.Found += "; " + file + " cannot be written to"
		return f
	case !in.Exists:
		folder = "mkdir -p " + envfix.Quote(in.Path)
	}
	f.Type = join(makes, folder, "echo "+envfix.Quote(pathLine(shell, dir))+" >>"+envfix.Quote(file))
	return f
}

// extensible reports whether lines can be added to a file, which may be missing.
func extensible(file string) bool {
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_APPEND, 0)
	if err == nil {
		f.Close()
	}
	return err == nil || errors.Is(err, fs.ErrNotExist)
}

// othersDecide reports whether this is root and another user decides what the shell runs, as with the HOME that sudo -E keeps: root runs
// no start-up file of another user's, and no such shell.
func (m *Machine) othersDecide(shell string) (f Finding, is bool) {
	if os.Geteuid() != 0 {
		return f, false
	}
	home, _ := m.Settings.Getenv("HOME")
	for name, path := range map[string]string{"HOME": home, "SHELL": filepath.Dir(shell)} {
		if !filepath.IsAbs(path) || fsinfo.Keeps(path) == nil {
			continue
		}
		f = Finding{
			Status: Unknown, Looked: name + "=" + path,
			Found: "others than root decide what is in it, and root does not run that; run as root: sudo -H go safe doctor --login",
		}
		if fi, err := os.Stat(path); err == nil && envfix.Owner(fi) > 0 {
			who := envfix.UserName(envfix.Owner(fi))
			f.Found = "belongs to " + who + ", and root does not run what " + who + " put there; log in as " + who + " and run it there"
		}
		return f, true
	}
	return f, false
}

// which is the command that asks; not all shells have that of POSIX.
func which(shell string) string {
	switch filepath.Base(shell) {
	case "csh", "tcsh":
		return "which go"
	}
	return "command -v go"
}

// wouldRun judges what the shell printed: a path, or what it calls an alias.
func (m *Machine) wouldRun(said string) (what string, self bool) {
	if !filepath.IsAbs(said) {
		return said, strings.Contains(said, "alias") && strings.Contains(said, "go-safe")
	}
	all := shim.Search{Path: filepath.Dir(said)}.All()
	return said, len(all) > 0 && all[0].Self
}

// runShell runs a shell as login(1) does: the first argument's name begins with - where it is to be a login shell (all shells know
// that, not all know -l), and of the environment there is what login gives. It has no terminal: an interactive shell would take it.
func (m *Machine) runShell(shell string, argv []string) (string, error) {
	environ := []string{"PATH=/usr/local/bin:/usr/bin:/bin", "TERM=dumb", "SHELL=" + shell}
	for _, name := range []string{"HOME", "USER", "LOGNAME", "LANG"} {
		if value, set := m.Settings.Getenv(name); set {
			environ = append(environ, name+"="+value)
		}
	}
	dir, _ := m.Settings.Getenv("HOME")
	if fi, err := os.Stat(dir); err != nil || !fi.IsDir() {
		dir = "/"
	}
	var out strings.Builder
	err := proc.Run(proc.Command{
		Path: shell, Name: argv[0], Args: argv[1:], Dir: dir, Environ: environ, Stdout: &out, Deadline: time.Now().Add(shellLimit),
	})
	if errors.Is(err, proc.ErrDeadline) {
		err = errors.New("no answer in " + shellLimit.String())
	}
	return out.String(), err
}

// loginFile is the start-up file of login shells that sets PATH, "" where it is not known.
func loginFile(m *Machine, shell string) string {
	home, _ := m.Settings.Getenv("HOME")
	switch filepath.Base(shell) {
	case "bash": // which reads the first one that is there
		names := []string{".bash_profile", ".bash_login", ".profile"}
		if i := slices.IndexFunc(names, func(name string) bool { return exists(filepath.Join(home, name)) }); i >= 0 {
			return filepath.Join(home, names[i])
		}
		return filepath.Join(home, ".profile")
	case "zsh":
		return filepath.Join(home, ".zprofile")
	case "sh", "dash", "ash", "ksh", "mksh", "busybox":
		return filepath.Join(home, ".profile")
	}
	return interactiveFile(m, shell)
}

// interactiveFile is likewise that of interactive shells.
func interactiveFile(m *Machine, shell string) string {
	home, _ := m.Settings.Getenv("HOME")
	switch filepath.Base(shell) {
	case "bash":
		return filepath.Join(home, ".bashrc")
	case "zsh":
		return filepath.Join(home, ".zshrc")
	case "fish":
		return filepath.Join(home, ".config", "fish", "config.fish")
	}
	return ""
}

// pathLine is the line for the file.
func pathLine(shell, dir string) string {
	if filepath.Base(shell) == "fish" {
		return "set -gx PATH " + envfix.Quote(dir) + " $PATH"
	}
	return first(dir)
}

// first is the line by which the folder stands first on a PATH that is not empty.
func first(dir string) string {
	return "export PATH=" + envfix.Quote(dir) + `:"$PATH"`
}

// first is what to type so that the folder stands first on PATH here. An empty entry is the working directory: where PATH is empty
// the folder is to be alone.
func (m *Machine) first(dir string) string {
	if m.Search.Path == "" {
		return "export PATH=" + envfix.Quote(dir) + `"${PATH:+:$PATH}"`
	}
	return first(dir)
}

// last is what to type so that the folder stands last on PATH.
func (m *Machine) last(dir string) string {
	if m.Search.Path == "" {
		return `export PATH="${PATH:+$PATH:}"` + envfix.Quote(dir)
	}
	return `export PATH="$PATH":` + envfix.Quote(dir)
}

package login

import (
	"cmp"
	"path/filepath"
	"slices"
	"strings"

	"github.com/go-safe/go-safe/internal/fsinfo"
	"github.com/go-safe/go-safe/internal/shell"
)

// LoginFile returns the start-up file that sets PATH for login shells, "" where none is known.
//
// For zsh it is not .zshenv. /etc/zprofile comes after that and may put other folders first: on macOS it runs
// path_helper, on Arch and Fedora it reads /etc/profile. (On Debian it has only comments.)
func (s Shell) LoginFile() string {
	switch filepath.Base(s.Path) {
	case "bash": // it reads only the first of these
		names := []string{".bash_profile", ".bash_login", ".profile"}
		exists := func(name string) bool { return fsinfo.Exists(filepath.Join(s.Home, name)) }
		if i := slices.IndexFunc(names, exists); i >= 0 {
			return filepath.Join(s.Home, names[i])
		}
		return filepath.Join(s.Home, ".profile")
	case "zsh":
		return filepath.Join(cmp.Or(s.zdotdir, s.Home), ".zprofile")
	case "sh", "dash", "ash", "ksh", "mksh", "busybox":
		return filepath.Join(s.Home, ".profile")
	}
	return s.InteractiveFile()
}

// InteractiveFile does the same for interactive shells.
func (s Shell) InteractiveFile() string {
	switch filepath.Base(s.Path) {
	case "bash":
		return filepath.Join(s.Home, ".bashrc")
	case "zsh":
		return filepath.Join(cmp.Or(s.zdotdir, s.Home), ".zshrc")
	case "fish":
		return filepath.Join(cmp.Or(s.config, filepath.Join(s.Home, ".config")), "fish", "config.fish")
	}
	return ""
}

// PathLine returns the line, for such a file or for the shell itself, that puts a folder first on PATH.
func (s Shell) PathLine(dir string) string {
	switch filepath.Base(s.Path) {
	case "fish":
		return "set -gx PATH " + FishWord(dir) + " $PATH"
	case "csh", "tcsh":
		return "setenv PATH " + shell.Quote(dir) + `:"$PATH"`
	}
	return "export PATH=" + shell.Quote(dir) + `:"$PATH"`
}

// FishWord quotes a word for fish, always. Unlike in other shells, a backslash counts in single quotes.
func FishWord(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(s) + "'"
}

// AskForGo returns the command by which the shell says which go it would run. Not all know POSIX's.
func (s Shell) AskForGo() string {
	switch filepath.Base(s.Path) {
	case "csh", "tcsh":
		return "which go"
	}
	return "command -v go"
}

package doctor

import (
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/go-safe/go-safe/internal/fsinfo"
	"github.com/go-safe/go-safe/internal/proc"
)

// askLimit is how long a program that a check runs may take: less than a check.
const askLimit = 2 * time.Second

// ask runs a program and returns all that it printed. Of the user's settings it sees only those in environ: so it
// neither reads the user's files nor leaves any. The go command and its tools count their use below the configuration
// folder.
func (m *Machine) ask(dir string, environ []string, prog string, args ...string) (string, error) {
	environ = append([]string{
		"PATH=" + m.Search.Path, "HOME=" + os.DevNull, "XDG_CONFIG_HOME=" + os.DevNull,
		"GOENV=off", "GOTOOLCHAIN=local", "LC_ALL=C",
	}, environ...)
	var out strings.Builder
	err := proc.Run(proc.Command{
		Path: prog, Args: args, Dir: dir, Environ: environ, Stdout: &out, Stderr: &out,
		Deadline: time.Now().Add(askLimit),
	})
	return strings.TrimSpace(out.String()), err
}

// complaint returns the last line of what a program printed, else the error.
func complaint(out string, err error) string {
	if out == "" && err != nil {
		return err.Error()
	}
	return out[strings.LastIndexByte(out, '\n')+1:]
}

// untrusted returns why root does not run a program: another user could have put it there, or decides what is in one
// of the directories where the program looks for settings. For other users it returns nil.
func untrusted(program string, settings ...string) error {
	if os.Geteuid() != 0 {
		return nil
	}
	for _, dir := range settings {
		if err := fsinfo.CheckOnlyRoot(dir); filepath.IsAbs(dir) && err != nil {
			return err
		}
	}
	return fsinfo.CheckWrittenByRoot(program)
}

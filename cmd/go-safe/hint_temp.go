package main

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/go-safe/go-safe/envfix"
	"github.com/go-safe/go-safe/internal/proc"
	"github.com/go-safe/go-safe/shim"
)

// buildLimit is how long what failed may take when it is built anew. What it needs is in the build cache, unless there is no room for that.
const buildLimit = 5 * time.Second

// tempTrouble looks at the folder for temporary files. Most commands fail of something else even where little is left in it, or nothing can be
// executed from it, and what they had in it is gone. So the go command builds the same anew: that has to fail for want of room, or to
// come to executing what cannot be.
func (c *command) tempTrouble(loading func() string) string {
	args, executes := shim.BuildOf(c.args, c.settings.Get("GOFLAGS").Value)
	if args == nil {
		return ""
	}
	dir := cmp.Or(c.plan.Value("GOTMPDIR"), c.settings.Directory("TMPDIR").Value)
	path, trouble := envfix.TempTrouble(dir, executes)
	if trouble == "" || loading() != "" {
		return ""
	}
	complaints, err := c.rebuild(dir, args)
	certain := c.lacksWork(complaints)
	if _, other := envfix.TempTrouble(dir, false); other == "" { // it is noexec, and all is well but that
		certain = err == nil
	}
	if !certain {
		return ""
	}
	return fmt.Sprintf("the folder for temporary files %s %s; type: %s", path, trouble, c.elsewhere("GOTMPDIR", dir))
}

// rebuild asks the go command to build, with its $WORK in a folder of ours in dir: a go build that is interrupted leaves that behind.
// Where there is no room for the folder there is none for $WORK.
func (c *command) rebuild(dir string, args []string) (complaints string, err error) {
	cmd := proc.Command{Args: args, Environ: c.environ, Deadline: time.Now().Add(buildLimit)}
	if work, err := os.MkdirTemp(dir, "go-safe-hint-"); err == nil {
		cmd.Environ = envfix.Setenv(cmd.Environ, "GOTMPDIR", work)
		cmd.Last = func() { os.RemoveAll(work) }
		defer cmd.Last()
	}
	return c.ask(cmd)
}

// anotherFolder stands for one that the user has to know.
const anotherFolder = "/another/folder"

// elsewhere is what to type to have another folder than dir for a variable: the one that a command would get now, where there is one.
func (c *command) elsewhere(variable, dir string) string {
	other := c.resolve().Value(variable)
	switch {
	case (other == "" || other == dir) && c.defaultWorks(variable, dir):
		return c.settings.Get(variable).Undo(variable)
	case other == "" || other == dir:
		return "export " + variable + "=" + anotherFolder
	case isDir(other):
		return "export " + variable + "=" + envfix.Quote(other)
	}
	return "mkdir -p -m 700 " + envfix.Quote(other) + " && export " + variable + "=" + envfix.Quote(other)
}

// defaultWorks reports whether the value that a variable has by default works, and is another than dir.
func (c *command) defaultWorks(variable, dir string) bool {
	if c.settings.Get(variable).Undo(variable) == "" {
		return false
	}
	s := envfix.ReadSettings(envfix.Setenv(c.environ, variable, ""), c.real.GOROOT)
	if c.settings.Get(variable).Origin == envfix.FromEnvFile {
		s = envfix.ReadSettings(envfix.Setenv(c.environ, "GOENV", "off"), c.real.GOROOT)
	}
	p := envfix.LookAt(variable, s.Directory(variable).Value)
	return filepath.IsAbs(p.Path) && p.Path != dir && p.Access+p.Room+p.Tried() == ""
}

// lacksWork reports whether a go command that keeps nothing could not make $WORK, or says that there is no room, other than in the build cache.
func (c *command) lacksWork(complaints string) bool {
	for line := range strings.Lines(complaints) {
		said := strings.ToLower(line) // C compilers begin with a capital
		full := strings.Contains(said, syscall.ENOSPC.Error()) || strings.Contains(said, syscall.EDQUOT.Error())
		if strings.HasPrefix(line, "go: creating work dir: ") || full && !strings.Contains(line, c.plan.Value("GOCACHE")+string(filepath.Separator)) {
			return true
		}
	}
	return false
}

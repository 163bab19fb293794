package explain

import (
	"cmp"
	"fmt"
	"path/filepath"

	"github.com/go-safe/go-safe/envfix"
	"github.com/go-safe/go-safe/internal/fsinfo"
	"github.com/go-safe/go-safe/internal/shell"
	"github.com/go-safe/go-safe/shim"
)

// tempTrouble says that the folder for temporary files takes next to nothing any more, or that tests cannot be
// executed in it. Errors of packages and, if the folder is noexec, of the compiler come first and get no hint.
func (e *Explainer) tempTrouble() string {
	executes := (e.Line.Verb == "test" || e.Line.Verb == "run") && e.Line.Runs&shim.Work != 0
	dir := cmp.Or(e.Plan.WorkDir.Value, e.Settings.Directory(envfix.TempName).Value)
	path, trouble := envfix.TempTrouble(dir, executes)
	if trouble == "" || e.loadErrors() != "" {
		return ""
	}
	if _, full := envfix.TempTrouble(dir, false); full == "" && e.compileErrors() != "" {
		return "" // noexec, but no test would have been executed
	}
	return fmt.Sprintf("the folder for temporary files %s %s; run: %s",
		path, trouble, e.useOtherFolder(e.Resolve().WorkDir, dir))
}

// useOtherFolder returns the command that gives a variable another folder than dir: the one that a go command would
// get now, if there is one.
func (e *Explainer) useOtherFolder(now envfix.Var, dir string) string {
	name, other := now.Name, now.Value
	switch {
	case (other == "" || other == dir) && e.defaultWorks(name, dir):
		return e.Settings.Get(name).Undo(name)
	case other == "" || other == dir:
		return shell.Set(name, shell.OtherFolder())
	case fsinfo.IsDir(other):
		return shell.Set(name, other)
	}
	return shell.Both(shell.MakePrivateDir(other), shell.Set(name, other))
}

// defaultWorks reports whether the default value of a variable works, and differs from dir.
func (e *Explainer) defaultWorks(variable, dir string) bool {
	if e.Settings.Get(variable).Undo(variable) == "" {
		return false
	}
	s := envfix.ReadSettings(envfix.Setenv(e.Environ, variable, ""), e.Real.GOROOT, e.Settings.Site)
	if e.Settings.Get(variable).Origin == envfix.FromEnvFile {
		s = envfix.ReadSettings(envfix.Setenv(e.Environ, "GOENV", "off"), e.Real.GOROOT, e.Settings.Site)
	}
	p := envfix.Inspect(variable, s.Directory(variable).Value)
	return filepath.IsAbs(p.Path) && p.Path != dir && p.Access+p.Room+p.WriteTrouble() == ""
}

package doctor

import (
	"os"
	"path/filepath"
	"runtime"

	"github.com/go-safe/go-safe/envfix"
	"github.com/go-safe/go-safe/internal/fsinfo"
	"github.com/go-safe/go-safe/internal/shell"
)

// makeEnvFileWritable lets go env -w write the env file and keeps what the go command reads in it; "" if it can write
// already, or if nothing helps.
func (m *Machine) makeEnvFileWritable() string {
	file, trouble := m.Settings.EnvFile, m.Settings.EnvFileTrouble()
	fi, err := os.Stat(file)
	regular := err == nil && fi.Mode().IsRegular() && readable(file)
	named := m.Settings.Getenv("GOENV")
	if named != "" && (trouble != "" || !regular && fsinfo.Exists(file)) { // it may name anything, even a home
		return shell.Unset("GOENV")
	}
	dir := envfix.Inspect("", filepath.Dir(file))
	switch p := envfix.Inspect("", file); {
	case p.ReadOnly, dir.Room != "", err != nil && fsinfo.Exists(file), trouble == "" && regular:
		return ""
	case err == nil && fi.IsDir():
		return moveAsideLine(file)
	case err == nil && p.Owner == os.Geteuid() && fi.Mode()&0o600 != 0o600:
		return shell.Allow("rw", file)
	}
	return replaceEnvFile(file, dir, regular, err == nil)
}

// replaceEnvFile puts a new env file in the place of one that belongs to somebody else, in dir, with the same content
// if it is readable. If the directory belongs to somebody else, it replaces the directory.
func replaceEnvFile(file string, dir envfix.DirInfo, readable, exists bool) string {
	mine := dir.Exists && dir.Owner == os.Geteuid()
	switch {
	case mine && dir.Access == "" && readable:
		return join(moveAsideLine(file), shell.CopyContent(unusedName(file), file))
	case mine && dir.Access == "" && exists:
		return moveAsideLine(file)
	case mine && dir.Mode&0o700 != 0o700:
		return shell.Allow("rwx", dir.Path)
	case !dir.Exists || mine || envfix.Inspect("", filepath.Dir(dir.Path)).Access != "":
		return ""
	case readable:
		old := filepath.Join(unusedName(dir.Path), filepath.Base(file))
		return join(moveAsideLine(dir.Path), "mkdir "+shell.Quote(dir.Path), shell.CopyContent(old, file))
	}
	return moveAsideLine(dir.Path)
}

// dropEditorMarks rewrites the env file without a byte order mark, three bytes, and without carriage returns.
func dropEditorMarks(file string, mark, returns bool) string {
	if runtime.GOOS == "windows" {
		return shell.PlainText(file)
	}
	old := shell.Quote(unusedName(file))
	command := "tr -d '\\r' <" + old
	switch {
	case mark && returns:
		command = "tail -c +4 " + old + " | tr -d '\\r'"
	case mark:
		command = "tail -c +4 " + old
	}
	return moveAsideLine(file) + " && " + command + " >" + shell.Quote(file)
}

package envfix

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
)

// A Place is what the look at a directory tells by which Resolve decides.
type Place struct {
	Path     string
	Exists   bool
	Deepest  string      // the part of the path that exists
	Mode     fs.FileMode // of Deepest
	Owner    int         // of Deepest, -1 where the system has no numbers
	Group    int         // likewise
	Access   string      // why it can be neither used nor made, in words that follow the path; "" where it can
	Room     string      // why too little fits into it, in such words
	NoExec   bool
	ReadOnly bool
	Bytes    uint64 // left for this user
	Files    uint64 // left
	Names    int    // bytes of the longest name in it, 0 where that is not known
}

// LookAt looks at a directory that serves as what the variable name says: one of those that Resolve decides on,
// or WORK for a temp folder that is to hold $WORK too. Nothing is written, executed or walked for it.
func LookAt(name, path string) Place {
	f := look(path)
	need := map[string]room{"GOTMPDIR": chosenRoom, "TMPDIR": tempRoom, "GOPATH": pathRoom, "WORK": workRoom}[name]
	switch {
	case name == "GOCACHE":
		need = buildRoom(path)
	case need == (room{}):
		need = cacheRoom
	}
	need.exec = false
	p := Place{
		Path: path, Exists: f.exists(), Deepest: f.deepest, Owner: f.owner, Access: f.unusable(room{}),
		NoExec: f.noexec, ReadOnly: f.readonly, Bytes: f.bytes, Files: f.files, Names: f.names,
	}
	if p.Access == "" {
		p.Room = f.unusable(need)
	}
	if fi, err := os.Stat(f.deepest); err == nil {
		p.Mode, p.Group = fi.Mode(), groupOf(fi)
	}
	return p
}

// LongNames returns the first folder for private caches that takes names of 255 bytes, which a file of a module may
// have on most systems; "" where there is none.
func (s *Settings) LongNames() string {
	for _, dir := range s.privateBases() {
		if f := look(dir); refusal(dir) == "" && f.unusable(cacheRoom) == "" && f.names >= LongestName {
			return dir
		}
	}
	return ""
}

// LongestName is how many bytes a name has at most on most file systems.
const LongestName = 255

// Tried is Access and Room of a directory that has neither, after a small file was written to it and removed.
func (p Place) Tried() string {
	if !p.Exists || p.Access+p.Room != "" {
		return ""
	}
	return triedRoom(p.Path)
}

// Owner returns the uid of a file's owner, -1 where the system has no numbers.
func Owner(fi fs.FileInfo) int { return ownerOf(fi) }

// Group returns the gid of a file's group, -1 where the system has no numbers.
func Group(fi fs.FileInfo) int { return groupOf(fi) }

// File returns what the user's env file sets.
func (s *Settings) File() map[string]string { return maps.Clone(s.user) }

// Directory is the value of GOCACHE, GOPATH, GOMODCACHE or TMPDIR as the go command finds it, defaults included;
// of another variable what Get says.
func (s *Settings) Directory(name string) Setting {
	switch name {
	case "GOCACHE":
		return s.gocache()
	case "GOPATH":
		return s.gopath()
	case "GOMODCACHE":
		return s.gomodcache(s.gopath().Value)
	case "TMPDIR":
		return s.tempDir()
	}
	return s.Get(name)
}

// PasswdHome is the home in the passwd entry of the effective user, "" where there is none.
func PasswdHome() string { return passwdHome("/etc/passwd") }

// PasswdShell is the shell in the passwd entry of the effective user, "" where there is none.
func PasswdShell() string { return passwdShell("/etc/passwd") }

// First is the first entry of a list of paths, "" where there is none.
func First(list string) string {
	if dirs := filepath.SplitList(list); len(dirs) > 0 {
		return dirs[0]
	}
	return ""
}

// Quote makes one word for the shell of s, with quotes where they are needed.
func Quote(s string) string {
	plain := "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-+@%:,"
	if s != "" && strings.Trim(s, plain) == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// Unescape undoes what the kernel does to mount points (proc_pid_mountinfo(5)).
func Unescape(path string) string { return unescape.Replace(path) }

var unescape = strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`)

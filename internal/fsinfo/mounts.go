package fsinfo

import (
	"slices"
	"strings"
)

// A Mount is a mounted file system.
type Mount struct {
	Point   string   // the directory, as the kernel names it: without links
	Type    string   // of the file system, such as ext4
	Options []string // of the mount, then those of the file system
}

// Mounts returns what this process sees mounted, in the kernel's order; nil where the system does not tell.
func Mounts() []Mount { return parseMounts(mountinfo()) }

// MountOf returns the mount that a clean absolute path without links is on: the innermost one, and the last one if
// several are in the same place. It is the zero Mount if none is known.
func MountOf(mounts []Mount, path string) (on Mount) {
	for _, m := range mounts {
		inside := m.Point == "/" || path == m.Point || strings.HasPrefix(path, m.Point+"/")
		if inside && len(m.Point) >= len(on.Point) {
			on = m
		}
	}
	return on
}

// parseMounts reads the text of proc_pid_mountinfo(5). Its lines are
//
//	36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue
func parseMounts(text string) (list []Mount) {
	for line := range strings.Lines(text) {
		f := strings.Fields(line)
		end := slices.Index(f, "-")
		if end < 6 || len(f) < end+4 {
			continue
		}
		options := strings.Split(f[5]+","+f[end+3], ",")
		m := Mount{Point: unescapeMount.Replace(f[4]), Type: f[end+1]}
		for _, o := range options {
			if !slices.Contains(m.Options, o) {
				m.Options = append(m.Options, o)
			}
		}
		list = append(list, m)
	}
	return list
}

// unescapeMount undoes how the kernel writes blanks and backslashes (proc_pid_mountinfo(5)).
var unescapeMount = strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`)

//go:build unix

package doctor

import (
	"fmt"
	"io/fs"
)

func umaskChecks() []Check {
	return []Check{{
		"umask", thisMachine, "files that go commands make are open to everybody, or not even to you",
		"", "permission-denied-in-what-you-have-just-made", umask,
	}}
}

func umask(*Machine) Finding {
	mask, known := readUmask()
	if !known {
		return excused("umask", "cannot be known here without a change to it")
	}
	return umaskFinding(mask)
}

// umaskFinding judges a mask by what it leaves to the owner and to others.
func umaskFinding(mask fs.FileMode) Finding {
	f := Finding{Looked: fmt.Sprintf("umask %04o", mask), Advice: "umask 022"}
	switch {
	case mask&0o700 != 0:
		f.Status, f.Found = Broken, "takes rights away from you"
	case mask&0o002 == 0:
		f.Status, f.Found = Warning, "lets everybody write to what you make"
	default:
		return ok(f.Looked, "")
	}
	return f
}

package envfix

import (
	"cmp"
	"path/filepath"
	"runtime"
)

// temp decides TMPDIR and GOTMPDIR.
func (r *resolver) temp() {
	tmp := r.tempDir()
	broken := ""
	if judgeable(tmp.Value) {
		broken = r.seen.at(tmp.Value).unusable(tempRoom)
	}
	work, ok := r.chosenWork()
	if !ok {
		work = r.defaultWork(tmp, broken)
	}
	if broken == "" || work == "" || runtime.GOOS == "windows" {
		r.plan.keep("TMPDIR", tmp)
		return
	}
	// The linker and the C compiler know no GOTMPDIR (F15, golang.org/issue/59636).
	r.plan.set(tmp, "TMPDIR", work, tmp.Value+" "+broken)
}

// chosenWork settles GOTMPDIR where the user chose one, and returns it where it works. It is made where it
// is missing, which the go command does not do (F14, golang.org/issue/32320).
func (r *resolver) chosenWork() (dir string, ok bool) {
	was := r.Get("GOTMPDIR")
	switch {
	case r.emptied("GOTMPDIR"):
		r.plan.keep("GOTMPDIR", was)
		return "", true
	case was.Value == "":
		return "", false
	case !judgeable(was.Value), r.isFile(was.Value):
		r.plan.keep("GOTMPDIR", was)
		return "", true
	}
	f := r.seen.at(was.Value)
	why := f.unusable(chosenRoom)
	if why != "" {
		dir := r.pick(r.workDirs(), workRoom, chosenRoom)
		if dir == "" {
			r.plan.keep("GOTMPDIR", was)
			return "", true
		}
		r.useWork(was, dir, was.Value+" "+why)
		return dir, true
	}
	if !f.exists() {
		r.plan.missing = append(r.plan.missing, was.Value)
	}
	r.plan.keep("GOTMPDIR", was)
	return was.Value, true
}

// defaultWork settles GOTMPDIR where the user chose none. A command that only reads needs a folder for $WORK at most where
// the temp folder is of no use (go env makes one).
func (r *resolver) defaultWork(tmp Setting, broken string) string {
	was := Setting{"", FromDefault}
	dir := ""
	if judgeable(tmp.Value) && (!r.Reads || broken != "") {
		dir = r.pick(r.workDirs(), workRoom, chosenRoom)
	}
	if dir == "" {
		r.plan.keep("GOTMPDIR", was)
		return ""
	}
	why := "a folder of this user's own"
	if first := r.workDirs()[0]; dir != first {
		why = first + " " + cmp.Or(refusal(first), r.seen.at(first).unusable(workRoom), "has less room")
	}
	r.useWork(was, dir, why)
	return dir
}

// useWork makes dir, a private folder, the GOTMPDIR.
func (r *resolver) useWork(was Setting, dir, why string) {
	r.plan.set(was, "GOTMPDIR", dir, why)
	r.plan.private = append(r.plan.private, dir)
	r.plan.sweep = append(r.plan.sweep, dir)
}

// workDirs are the candidates for GOTMPDIR. The temp folder comes first: on another file system than GOBIN a go install
// copies instead of renaming (F16), and plain go would have used it.
func (r *resolver) workDirs() []string {
	dirs := r.tempBases(r.tempDir().Value, "/var/tmp")
	if dir := r.cacheDir(); filepath.IsAbs(dir) {
		dirs = append(dirs, filepath.Join(dir, "go-safe"))
	}
	return dirs
}

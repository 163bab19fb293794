package envfix

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
)

// temp decides TMPDIR and GOTMPDIR.
func (r *resolver) temp() {
	tmp := r.tempDir()
	broken := ""
	if judgeable(tmp.Value) {
		broken = r.brokenTemp(tmp.Value)
	}
	work, ok := r.chosenWork(tmp.Value, broken)
	if !ok {
		work = r.defaultWork(tmp.Value, broken)
	}
	if broken == "" || work == "" || runtime.GOOS == "windows" {
		r.plan.keep("TMPDIR", tmp)
		return
	}
	// The linker and the C compiler know no GOTMPDIR (F15, golang.org/issue/59636).
	r.plan.set(tmp, "TMPDIR", work, tmp.Value+" "+broken)
}

// brokenTemp says why nothing can work with a temp folder, "" where something can. Nobody makes one that is missing.
func (r *resolver) brokenTemp(dir string) string {
	f := r.seen.at(dir)
	why := f.unusable(tempRoom)
	if why == "" && !f.exists() {
		return "is not there"
	}
	return why
}

// unfitTemp says why this command needs another folder for $WORK than a temp folder that works, and what that has to
// have. Programs see GOTMPDIR (t.TempDir makes its folders there), so a command that runs some keeps the temp folder
// as long as it can. Others leave it before a large build fills it, where there is more room elsewhere.
func (r *resolver) unfitTemp(dir string) (why string, need []room) {
	f := r.seen.at(dir)
	roomy := room{bytes: workRoom.bytes, files: workRoom.files}
	switch {
	case r.RunsWork && f.noexec:
		return f.unusable(room{exec: true}), []room{workRoom, chosenRoom}
	case f.owner > 0 && f.owner != os.Geteuid() && !f.sticky:
		return fmt.Sprintf("belongs to uid %d, who may replace what is in it", f.owner), []room{workRoom, chosenRoom}
	case r.RunsWork:
		return "", nil
	}
	return f.unusable(roomy), []room{workRoom, roomy}
}

// chosenWork settles GOTMPDIR where the user chose one, and returns it where it works. It is made where it
// is missing, which the go command does not do (F14, golang.org/issue/32320).
func (r *resolver) chosenWork(tmp, broken string) (dir string, ok bool) {
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
	need := chosenRoom
	need.exec = r.RunsWork
	if why := f.unusable(need); why != "" {
		dir := r.insteadOfChosen(tmp, broken)
		if dir == "" {
			r.plan.keep("GOTMPDIR", was)
		} else {
			r.plan.set(was, "GOTMPDIR", dir, was.Value+" "+why)
		}
		return dir, true
	}
	if !f.exists() {
		r.plan.missing = append(r.plan.missing, was.Value)
	}
	r.plan.keep("GOTMPDIR", was)
	r.sweepIn(was.Value)
	return was.Value, true
}

// insteadOfChosen returns the folder for $WORK in place of one that the user chose, "" for none: the temp folder, as
// if he had chosen none, or a private one.
func (r *resolver) insteadOfChosen(tmp, broken string) string {
	if judgeable(tmp) && broken == "" && !r.PrivateTemp {
		if why, _ := r.unfitTemp(tmp); why == "" {
			r.sweepIn(tmp)
			return tmp
		}
	}
	return r.privateWork(workRoom, chosenRoom)
}

// defaultWork settles GOTMPDIR where the user chose none: it is set only where the temp folder does not do, or where
// the user wants a private one. A command that needs no folders gets it at most where the temp folder is of no use
// (go env makes $WORK).
func (r *resolver) defaultWork(tmp, broken string) string {
	was := Setting{"", FromDefault}
	why, need := "", []room{workRoom, chosenRoom}
	switch {
	case !judgeable(tmp):
	case broken != "":
		why = tmp + " " + broken
	case r.Bare:
	case r.PrivateTemp:
		why = "GOSAFE_TMPDIR=private"
	default:
		if why, need = r.unfitTemp(tmp); why != "" {
			why = tmp + " " + why
		}
	}
	dir := ""
	if why != "" {
		dir = r.privateWork(need...)
	}
	if dir == "" {
		r.plan.keep("GOTMPDIR", was)
		r.sweepIn(tmp)
		return ""
	}
	r.plan.set(was, "GOTMPDIR", dir, why)
	return dir
}

// privateWork picks a private folder for $WORK, "" where there is none. One on which nothing can be executed is the
// last choice, and none for a command that runs programs there.
func (r *resolver) privateWork(need ...room) string {
	if !r.RunsWork {
		last := need[len(need)-1]
		last.exec = false
		need = append(need, last)
	}
	dir := r.pick(r.workDirs(), need[0], need[1:]...)
	if dir != "" {
		r.plan.private = append(r.plan.private, dir)
		r.sweepIn(dir)
	}
	return dir
}

// sweepIn has abandoned work folders removed from dir, which will hold $WORK.
func (r *resolver) sweepIn(dir string) {
	if r.Trims && judgeable(dir) {
		r.plan.sweep = dir
	}
}

// workDirs are the candidates for a private GOTMPDIR. The temp folder has one only for a user who asks for it:
// nothing is left there that plain go would not leave, and where it is of no use a folder in it is of none.
func (r *resolver) workDirs() []string {
	tmp := r.tempDir().Value
	dirs := []string{"/var/tmp"}
	if r.PrivateTemp {
		dirs = []string{tmp, "/var/tmp"}
	} else if filepath.Clean(tmp) == "/var/tmp" {
		dirs = nil
	}
	dirs = r.tempBases(dirs...)
	if dir := r.cacheDir(); filepath.IsAbs(dir) {
		dirs = append(dirs, filepath.Join(dir, "go-safe"))
	}
	return dirs
}

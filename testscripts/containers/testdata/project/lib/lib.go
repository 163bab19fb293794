// Package lib imports nothing, so it compiles at once.
package lib

func Add(a, b int) int { return a + b }

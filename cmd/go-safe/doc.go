// Go-safe is a drop-in go.
package main

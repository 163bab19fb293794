// Nothing is the command behind go-safe while its overhead is measured.
package main

func main() {}

// Go-safe-otlp sends the records of go safe audit to an OpenTelemetry collector, as spans in OTLP/JSON over HTTP. It
// reads an array of records from standard input. Go safe audit export runs it:
//
//	go safe audit export --otlp http://collector:4318
//
// It is a program of its own, because net/http would make each start of go-safe slower by a third.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/go-safe/go-safe/internal/audit"
	"github.com/go-safe/go-safe/internal/otlp"
)

func main() {
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	sent, err := send(args, stdin)
	if err != nil {
		fmt.Fprintf(stderr, "go-safe-otlp: %v\n", err)
		return 1
	}
	fmt.Fprintf(stdout, "sent: %d\n", sent)
	return 0
}

func send(args []string, stdin io.Reader) (sent int, err error) {
	if len(args) != 1 {
		return 0, errors.New("usage: go-safe-otlp URL <records")
	}
	var records []audit.Record
	if err := json.NewDecoder(stdin).Decode(&records); err != nil {
		return 0, err
	}
	return len(records), otlp.Send(args[0], records)
}

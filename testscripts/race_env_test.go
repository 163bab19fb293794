//go:build unix

package testscripts

import (
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
)

// TestRaceEnv runs five go env -w at the same time. Afterwards each key must be in the file.
func TestRaceEnv(t *testing.T) {
	r := newRace(t, "-- go.mod --\nmodule m\n")
	keys := []string{"GOBIN=/bin/a", "GOPRIVATE=b", "GONOPROXY=c", "GONOSUMDB=d", "GOFLAGS=-e"}
	r.compare("keys lost", true, func(goCommand string) *tally {
		lost := new(tally)
		for round := range 20 {
			file := r.path(fmt.Sprintf("env-%d/env", round))
			os.RemoveAll(r.path(fmt.Sprintf("env-%d", round)))
			var all sync.WaitGroup
			for _, kv := range keys {
				all.Go(func() { r.command(goCommand, []string{"GOENV=" + file}, "env", "-w", kv).Run() })
			}
			all.Wait()
			data, _ := os.ReadFile(file)
			for _, kv := range keys {
				if strings.Contains(string(data), kv+"\n") {
					lost.note("")
				} else {
					lost.note(kv + " is missing: " + string(data))
				}
			}
		}
		return lost
	})
}

package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/go-safe/go-safe/envfix"
)

// sumTrouble looks for a go.sum file that another user has made and closed, as root does who is killed. The go command takes it for an
// empty one.
func (c *command) sumTrouble(loading func() string) string {
	for _, file := range c.project().SumFiles() {
		if owner, closed := envfix.Closed(file); closed && strings.Contains(loading(), "missing go.sum entry") {
			return fmt.Sprintf("%s belongs to %s (sudo go?), and cannot be read; type: sudo chown %d %s", file, envfix.UserName(owner), os.Geteuid(), envfix.Quote(file))
		}
	}
	return ""
}

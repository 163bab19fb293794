package main

import (
	"fmt"
	"strings"
	"syscall"

	"github.com/go-safe/go-safe/doctor"
	"github.com/go-safe/go-safe/envfix"
)

// envFileTrouble says what the doctor finds at the file of go env -w, where that cannot be written.
func (c *command) envFileTrouble() string {
	if c.settings.EnvFileTrouble() == "" {
		return ""
	}
	return c.finding("env-file")
}

// namesTrouble says that the module cache does not take the name of a file that the go command complains of.
func (c *command) namesTrouble(loading func() string) string {
	p := envfix.LookAt("GOMODCACHE", c.plan.Value("GOMODCACHE"))
	if p.Names == 0 || p.Names >= envfix.LongestName || !strings.Contains(loading(), syscall.ENAMETOOLONG.Error()) {
		return ""
	}
	return c.finding("modcache-names")
}

// finding is what the doctor finds by one check, as a hint.
func (c *command) finding(id string) string {
	for _, check := range doctor.Checks() {
		if check.ID != id {
			continue
		}
		r := doctor.Run([]doctor.Check{check}, machine(c.environ, c.real, nil, c.config), askLimit)[0]
		switch {
		case r.Status == doctor.OK || r.Status == doctor.Unknown:
		case r.Type == "":
			return fmt.Sprintf("%s: %s", r.Looked, r.Found)
		default:
			return fmt.Sprintf("%s: %s; type: %s", r.Looked, r.Found, r.Type)
		}
	}
	return ""
}

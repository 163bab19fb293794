package main

import (
	"fmt"

	"github.com/go-safe/go-safe/doctor"
)

// envFileTrouble says what the doctor finds at the file of go env -w, where that cannot be written.
func (c *command) envFileTrouble() string {
	if c.settings.EnvFileTrouble() == "" {
		return ""
	}
	for _, check := range doctor.Checks() {
		if check.ID != "env-file" {
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

//go:build unix && !linux

package doctor

import (
	"os"
	"os/exec"
)

// asTestUser skips the test if this is root: a mode keeps nothing from root.
func asTestUser(p place, _ ...string) {
	if os.Geteuid() == 0 {
		p.t.Skip("cannot be another user here")
	}
}

func outputAsTestUser(cmd *exec.Cmd) ([]byte, error) { return cmd.Output() }

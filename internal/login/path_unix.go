//go:build unix

package login

import "os"

// firstPath returns the PATH that a login starts with. Where PAM reads /etc/environment, that has it (pam_env(8)).
func firstPath() string {
	text, _ := os.ReadFile("/etc/environment")
	return pathIn(string(text), "/usr/local/bin:/usr/bin:/bin")
}

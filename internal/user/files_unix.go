//go:build unix

package user

const (
	passwdFile = "/etc/passwd"
	groupFile  = "/etc/group"
)

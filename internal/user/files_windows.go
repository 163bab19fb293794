package user

// Windows has no such files. What is called so there, somebody has put there.
const (
	passwdFile = ""
	groupFile  = ""
)

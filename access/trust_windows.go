package access

import "io/fs"

// Who may write is in ACLs there, which cost too much to read for each file.
func trusted(string) bool { return false }

func trustedFile(fs.FileInfo) bool { return false }

package fsinfo

import "io/fs"

// On Windows ACLs tell who may write. To read them costs too much for each file.

func trusted(string) bool { return false }

func trustedFile(fs.FileInfo) bool { return false }

package modcache

import "os"

// openStore has nothing to gain.
func openStore(root string) *os.File {
	return nil
}

func (s store) stat(name string) sight {
	fi, err := os.Stat(s.path(name))
	if err != nil {
		return sight{}
	}
	return sight{fi.IsDir(), fi.Mode().IsRegular(), fi.Mode().Perm(), fi.Size()}
}

// readable believes in the file: an ACL is judged by trying only.
func (s store) readable(name string, dir bool) bool {
	return true
}

// open opens a file for reading.
func open(path string) (*os.File, error) {
	return os.Open(path)
}

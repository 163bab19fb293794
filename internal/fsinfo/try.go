package fsinfo

import "os"

// Try makes a file in a directory, writes so many bytes to it and removes it. It is for limits that the kernel does
// not tell of, such as rules of Landlock and quotas. In a cache, the file's name is one that go-safe knows as its
// own.
func Try(dir string, bytes int) error {
	f, err := os.CreateTemp(dir, LockName+"-try-")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(make([]byte, bytes))
	if closing := f.Close(); err == nil { // on NFS only this fails
		err = closing
	}
	return err
}

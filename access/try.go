package access

import "os"

// Try makes a file in a directory, writes so many bytes to it and removes it. What keeps a process from writing
// is not always to be asked for: rules of Landlock, quotas. The name is one that go-safe takes for its own in a
// cache.
func Try(dir string, bytes int) error {
	f, err := os.CreateTemp(dir, ".go-safe.lock-try-")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(make([]byte, bytes))
	if closing := f.Close(); err == nil { // NFS says it only then
		err = closing
	}
	return err
}

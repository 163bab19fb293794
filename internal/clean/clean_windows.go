package clean

// An Aside is what was set aside. On Windows it is always nil: a directory with open files cannot be renamed, and a
// build has files open.
type Aside struct{}

func saveMode(string) (restore func() error)                 { return func() error { return nil } }
func modCache(string, TryLock) (*Aside, error)               { return nil, nil }
func buildCache(string, bool, bool, TryLock) (*Aside, error) { return nil, nil }
func sweep(string, TryLock) map[string]error                 { return nil }

// Nobody calls these.

func (a *Aside) Removed() bool        { return true }
func (a *Aside) Restore() error       { return nil }
func (a *Aside) Delete(TryLock) error { return nil }
func (a *Aside) Folder() string       { return "" }

// FindUndeletable finds none: owners are no numbers here.
func FindUndeletable(cache string) Undeletable { return Undeletable{} }

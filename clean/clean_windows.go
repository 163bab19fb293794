package clean

// An Aside is what was set aside. On Windows nothing is: a directory cannot be renamed while files in it are open, as those of a running
// build are.
type Aside struct{}

func keep(string) (restore func() error)                  { return func() error { return nil } }
func modCache(string, Hold) (*Aside, error)               { return nil, nil }
func buildCache(string, bool, bool, Hold) (*Aside, error) { return nil, nil }
func sweep(string, Hold) map[string]error                 { return nil }
func removeTree(string, Hold) error                       { return nil }

// There is no Aside to ask.
func (a *Aside) Removed() bool     { return true }
func (a *Aside) Restore() error    { return nil }
func (a *Aside) Delete(Hold) error { return nil }
func (a *Aside) Folder() string    { return "" }

// FindForeign finds none: owners are no numbers here.
func FindForeign(cache string) Foreign { return Foreign{} }

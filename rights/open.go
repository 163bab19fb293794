package rights

import "github.com/go-safe/go-safe/internal/fsinfo"

// OpenDir opens a cache for root to change, by the rule of internal/fsinfo. The error is a *fsinfo.WayError if others
// than root and the users of the cache could have redirected the way to it.
func OpenDir(dir string) (*fsinfo.Dir, error) {
	d, err := fsinfo.OpenDir(dir)
	if err != nil {
		return nil, err
	}
	if err := d.Check(receiverOf(d)); err != nil {
		d.Close()
		return nil, err
	}
	return d, nil
}

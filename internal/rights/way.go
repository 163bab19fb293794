package rights

import "github.com/go-safe/go-safe/internal/fsinfo"

// OpenDir opens a cache for root to change, by the rule of package fsinfo. The error is a *fsinfo.WayError if
// somebody other than root and the users of the cache could have redirected the way to it.
func OpenDir(dir string) (*fsinfo.Dir, error) {
	d, err := fsinfo.OpenDir(dir)
	if err != nil {
		return nil, err
	}
	if err := d.Check(receiver(d)); err != nil {
		d.Close()
		return nil, err
	}
	return d, nil
}

// Way returns a *fsinfo.WayError if root would leave a cache alone, because others could have redirected the way
// to it.
func Way(dir string) error {
	d, err := fsinfo.OpenDir(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.CheckForRoot(receiver(d))
}

package rights

import "errors"

func share(dir string, group int, homes []string, o *Options) (*Shared, error) {
	return nil, errors.ErrUnsupported
}

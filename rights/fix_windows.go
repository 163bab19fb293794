package rights

import "os"

// fix has nothing to do: what is made in a directory inherits its rights.
func fix(dir string, o *Options) (*Report, error) {
	if _, err := os.Stat(dir); err != nil {
		return nil, err
	}
	return &Report{}, nil
}

func foreign(dir string) int64 { return 0 }

//go:build !linux

package doctor

import "io/fs"

func readUmask() (mask fs.FileMode, known bool) { return 0, false }

//go:build !linux

package doctor

import "github.com/go-safe/go-safe/internal/doctor/formats"

func labelOf(string) formats.SELinuxLabel { return "" }

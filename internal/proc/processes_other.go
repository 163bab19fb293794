//go:build !linux && !windows

package proc

import (
	"errors"
	"time"
)

// Other processes are not looked at on these systems.

func parentNow() func(int) int     { return parent }
func childrenNow() func(int) []int { return children }

func parent(int) int         { return 0 }
func ended(int) bool         { return false }
func name(int) string        { return "" }
func args(int) []string      { return nil }
func idsOf(int) (IDs, error) { return IDs{UID: -1}, errors.ErrUnsupported }
func started(int) time.Time  { return time.Time{} }
func children(int) []int     { return nil }
func executable(int) string  { return "" }

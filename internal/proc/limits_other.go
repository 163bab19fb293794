//go:build !linux

package proc

// NearLimits is false: nothing is known of small limits on these systems.
func NearLimits() bool { return false }

//go:build !linux

package fsinfo

func mountinfo() string { return "" }

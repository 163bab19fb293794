//go:build !linux

package doctor

func label(path string) string { return "" }
